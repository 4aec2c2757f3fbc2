// One row of training data, in one of three forms:
//   chat        {"messages": [{"role": "user", "content": ...}, {"role": "assistant", ...}],
//   "tools"?} completion  {"prompt": "...", "completion": "..."} text        {"text": "..."}
// Other keys of a row are kept out of training and are no error. An assistant message with
// "weight": 0 is context only: no loss on it (as in OpenAI's fine-tuning format).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy::lifecycle {

struct Example {
    enum class Kind { kChat, kCompletion, kText };

    Kind kind = Kind::kChat;
    json::array messages{};  // kChat
    json::array tools{};     // kChat; may be empty
    std::string prompt{};    // kCompletion
    std::string text{};      // kCompletion: the completion; kText: all of it
    size_t file = 0;         // index of Dataset::files
    size_t line = 0;         // of the row's first byte, from 1
};

/// "chat", "completion" or "text".
const char* ToString(Example::Kind kind);

/// Checks a row's form. kInvalidArgument says which field is wrong and what would be right.
Result<Example> ParseExample(const json::value& row);
/// The same from a line of JSONL.
Result<Example> ParseExampleLine(std::string_view line);

/// Whether an assistant message takes part in the loss.
bool IsTrained(const json::object& message);
/// Whether there is nothing to learn from: no answer has more than white space.
bool HasEmptyAnswer(const Example& example);
/// Calls `visit` with each text of the row that a person may have written; it may change it.
void VisitTexts(Example& example, const std::function<void(std::string& text)>& visit);
/// All texts of the row with their roles in one, as duplicates are compared.
std::string WholeText(const Example& example);

}  // namespace argosy::lifecycle
