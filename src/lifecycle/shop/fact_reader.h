// What an answer says about which product: names and citations, and the facts that follow them.
// Private to ScoreAnswer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lifecycle/shop/product.h"

namespace argosy::lifecycle::shop::internal {

struct Mention {
    size_t at = 0;                     // byte of the answer
    const Product* product = nullptr;  // nullptr: a citation of a number that is not in the list
};

struct Statement {
    const Product* product = nullptr;
    std::string text;  // "$79", "blue", "not waterproof", "4.5 stars"
};

struct Reading {
    std::vector<Mention> mentions;  // in order; a name and its own citation are one
    bool citations_agree = true;    // no number stands behind another name
    std::vector<Statement> statements;
};

Reading ReadAnswer(std::string_view answer, const std::vector<const Product*>& context);

/// Whether the catalogue has it so.
bool IsTrue(const Statement& statement);

}  // namespace argosy::lifecycle::shop::internal
