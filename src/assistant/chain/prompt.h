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
    /// How a passage is written on its line. Empty: "[{n}] {title}: {text}". Else pieces separated
    /// by " | ", with {field} or {field:format} of the passage (its metadata, or id, title, text,
    /// source) and {n} for its number, which stands in front as "[1] " where no piece has it; a
    /// piece with a field that is missing or empty is left out. Formats: "dollars" (cents as
    /// "$12.50"), "grams" ("420 g"), "tenths" ("4.5"), "stock" ("in stock" where above 0).
    std::string line;
    bool question_first = false;  // before the passages, for models trained so
    size_t max_passage_bytes = 1200;
    size_t max_context_bytes = 8 << 10;  // of all lines; passages beyond it are left out
};

/// A passage as its line, with its number. Line breaks become spaces.
std::string PassageLine(const Passage& passage, size_t number, const PromptOptions& options);

/// "HEADING\n[1] ...\n[2] ...\n\nQuestion: ...", or the question first; the question alone where
/// there are no passages. After the question "Not found: grey" says what of it no passage meets.
/// `used` is how many passages found room.
std::string QuestionText(const std::string& question, const std::vector<Passage>& passages,
                         const std::vector<std::string>& missing, const PromptOptions& options,
                         size_t& used);

/// System, earlier turns, the question.
std::vector<Message> BuildPrompt(const PromptOptions& options, const History& history,
                                 const std::string& question_text);

}  // namespace argosy::assistant
