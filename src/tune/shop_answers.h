// A chat model judged by the shop's held-out questions: eval.jsonl and catalog.csv as `argosy
// make-shop` writes them.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "lifecycle/shop/score.h"
#include "tune/exact_answers.h"

namespace argosy::tune {

struct WrongAnswer {
    size_t line = 0;  // of eval.jsonl
    std::string kind, wanted, answer;
    std::vector<std::string> problems;
};

struct ShopAnswers {
    lifecycle::shop::ScoreSheet all;
    std::map<std::string, lifecycle::shop::ScoreSheet> by_kind;
    std::vector<WrongAnswer> wrong;  // of the wrong product, or with a wrong fact

    json::object ToJson() const;
};

/// Asks the model all questions of `folder`/eval.jsonl. Errors: the files' (with the line), the
/// engine's, kCancelled.
Result<ShopAnswers> ScoreShopAnswers(std::unique_ptr<ModelFile> model,
                                     const std::filesystem::path& folder,
                                     const AnswerOptions& options);

}  // namespace argosy::tune
