// The prompt: what the assistant is, what was said before, the passages that were found, numbered,
// and the question. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assistant/chat_model.h"
#include "assistant/memory/history.h"
#include "assistant/searcher.h"

namespace argosy::assistant {

struct PromptOptions {
    std::string system =
        "Answer from the passages listed and cite them like [1]. Say that you do not know where "
        "they hold no answer.";
    std::string heading = "Passages:";
    /// How a passage is written on its line. Empty: "title: text". Else pieces separated by " | ",
    /// each with one {field} or {field:format} of the passage (its metadata, or id, title, text,
    /// source); a piece whose field is missing or empty is left out. Formats: "dollars" (cents as
    /// "$12.50"), "grams" ("420 g"), "tenths" ("4.5"), "stock" ("in stock" where above 0).
    std::string line;
    size_t max_passage_bytes = 1200;
    size_t max_context_bytes = 8 << 10;  // of all lines; passages beyond it are left out

    /// What the small models that come with Argosy are trained on.
    static PromptOptions Shop();
};

/// A passage as its line, without the number. Line breaks become spaces.
std::string PassageLine(const Passage& passage, const PromptOptions& options);

/// "HEADING\n[1] ...\n[2] ...\n\nQuestion: ..."; the question alone where there are no passages.
/// `used` is how many passages found room.
std::string QuestionText(const std::string& question, const std::vector<Passage>& passages,
                         const PromptOptions& options, size_t& used);

/// System, earlier turns, the question.
std::vector<Message> BuildPrompt(const PromptOptions& options, const History& history,
                                 const std::string& question_text);

}  // namespace argosy::assistant
