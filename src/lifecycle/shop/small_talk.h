// What shoppers say that is about no product.
#pragma once

#include <string_view>
#include <vector>

#include "lifecycle/shop/category.h"

namespace argosy::lifecycle::shop {

struct SmallTalk {
    Words said;
    std::string_view answer;
};
const std::vector<SmallTalk>& SmallTalks();

/// Goods that no category holds, and questions that a shop does not answer. Those of evaluation are
/// others than those of training.
const Words& UnsoldGoods(bool eval);
const Words& OffTopicQuestions(bool eval);

inline constexpr std::string_view kOffTopicAnswer =
    "Sorry, I can only help with our shop and its products. I do not have an answer to that.";

}  // namespace argosy::lifecycle::shop
