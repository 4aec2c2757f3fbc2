// What a model answers to evaluation rows, generated greedily by our own engine as a server would,
// and how often it is exactly what they want (but for case, punctuation and white space).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "lifecycle/example.h"
#include "model/chat_format.h"
#include "model/model_file.h"
#include "model/tokenizer.h"

namespace argosy::tune {

/// A row as a question to the model: of a chat its last answer is wanted, of a completion its
/// completion; a text asks nothing.
struct Question {
    std::vector<TokenId> prompt;
    ToolCallParserOptions parser;
    std::string wanted;
};
/// Whether the row asks something: MakeQuestions makes a question of it.
bool HasAnswer(const lifecycle::Example& row);
Result<std::vector<Question>> MakeQuestions(std::span<const lifecycle::Example> rows,
                                            const Tokenizer& tokenizer, const ChatFormat& format);

struct AnswerOptions {
    std::filesystem::path adapter;  // PEFT folder or GGUF; empty: the model alone
    int threads = 0;
    std::function<bool()> stop;  // true: kCancelled
    std::function<void(size_t done, size_t all)> progress;
};

/// Loads `model` (whose tokenizer and chat format are given, and outlive the call), asks all
/// questions at once, greedily, and lets it go. An answer is cut off a little beyond the length of
/// the wanted one. Errors: the engine's; kCancelled.
Result<std::vector<std::string>> AnswerAll(std::shared_ptr<const ModelFile> model,
                                           std::span<const Question> questions,
                                           const Tokenizer& tokenizer, const ChatFormat& format,
                                           const AnswerOptions& options);

struct AnswerRate {
    size_t questions = 0, exact = 0;
    double share() const {
        return questions == 0 ? 0 : static_cast<double>(exact) / static_cast<double>(questions);
    }
};

/// How many of AnswerAll's answers are the wanted ones.
Result<AnswerRate> CountExactAnswers(std::shared_ptr<const ModelFile> model,
                                     std::span<const Question> questions,
                                     const Tokenizer& tokenizer, const ChatFormat& format,
                                     const AnswerOptions& options);

}  // namespace argosy::tune
