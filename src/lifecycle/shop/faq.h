// Waypoint Rewards, the shop's made-up loyalty programme: one consistent set of facts, each with
// its answer and several ways to ask for it, some of them kept from training.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "lifecycle/shop/category.h"
#include "lifecycle/shop/random.h"

namespace argosy::lifecycle::shop {

struct FaqFact {
    std::string_view id;     // "tiers.summit.threshold"
    std::string_view value;  // the part of the answer that has to be right: "2,000 points"
    std::string_view answer;
    Words asked;     // in training
    Words held_out;  // in evaluation only
};

const std::vector<FaqFact>& FaqFacts();

/// Rows of chat JSONL. Training has each phrasing plain and with polite words around it, shuffled;
/// evaluation each held-out phrasing once, with {"truth": {"fact", "value", "answer"}}.
std::vector<json::object> FaqTrainRows(Random& random);
std::vector<json::object> FaqEvalRows();
/// The whole programme as a page, for a knowledge base.
std::string FaqMarkdown();

namespace internal {
// The tables, by subject.
std::vector<FaqFact> JoiningFacts();
std::vector<FaqFact> PointFacts();
std::vector<FaqFact> TierFacts();
std::vector<FaqFact> ServiceFacts();
}  // namespace internal

}  // namespace argosy::lifecycle::shop
