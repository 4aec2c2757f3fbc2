// Whether an answer about the shop is right: it names the right products, or says that there is
// none, and each fact that it states is the catalogue's. Judges any wording; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "lifecycle/shop/catalogue.h"

namespace argosy::lifecycle::shop {

struct WantedFact {
    std::string product, attribute, value;
};

/// The "truth" of a row of eval.jsonl.
struct Truth {
    std::string kind;
    std::vector<std::string> context;  // ids, as they are numbered in the prompt
    std::vector<std::string> first;    // ids: one of these has to be named first
    std::vector<std::string> also;     // ids: these may be named besides
    bool all = false;                  // one of `also` has to be named, too
    bool none = false;                 // the answer has to say so, and to name nothing
    std::vector<WantedFact> facts;
    /// What to look up, standing alone; a search should find one of `first`. Empty: nothing.
    std::string search;

    /// kInvalidArgument names the field that is missing or of another kind.
    static Result<Truth> Parse(const json::value& truth);
};

struct AnswerScore {
    bool right_product = false;
    size_t facts_cited = 0;    // stated about a product that was named
    size_t facts_right = 0;    // of those, as the catalogue has it
    size_t facts_missing = 0;  // asked for, and not stated
    std::vector<std::string> problems;
};

AnswerScore ScoreAnswer(std::string_view answer, const Truth& truth, const Catalogue& catalogue);

/// The sums over many answers.
struct ScoreSheet {
    size_t answers = 0, right_products = 0;
    size_t facts_cited = 0, facts_right = 0, facts_missing = 0;
    void Add(const AnswerScore& score);
    double right_product_share() const;
    double right_fact_share() const;
    json::object ToJson() const;
};

/// Whether an answer about the loyalty programme is the wanted one, but for case, punctuation and
/// white space.
bool IsSameAnswer(std::string_view answer, std::string_view wanted);

}  // namespace argosy::lifecycle::shop
