#include "assistant/recommend/recommend.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "assistant/testing/fakes.h"

namespace argosy::assistant {
namespace {

Passage Product(std::string id, std::string category, std::string colour, int cents, int stock = 3,
                int rating = 40) {
    Passage passage;
    passage.id = std::move(id);
    passage.title = "The " + passage.id;
    passage.metadata = {{"category", category},
                        {"colour", colour},
                        {"price_cents", cents},
                        {"stock", stock},
                        {"rating_tenths", rating}};
    return passage;
}

TEST(RankProducts, LeavesOutWhatDoesNotFit) {
    RecommendRequest request;
    request.profile = {
        .budget = 80, .categories = {"Jacket"}, .dislikes = {"pink"}, .owned = {"owned"}};
    const auto found = RankProducts(
        request,
        {Product("owned", "jacket", "blue", 100), Product("dear", "jacket", "blue", 8001),
         Product("tent", "tent", "blue", 100), Product("pink", "jacket", "pink", 100),
         Product("gone", "jacket", "blue", 100, 0), Product("good", "jacket", "blue", 7900),
         Product("good", "jacket", "blue", 7900)});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].product.id, "good");
    EXPECT_EQ(found[0].reasons, std::vector<std::string>{"$79, within your $80"});
}

TEST(RankProducts, PutsLikesFirstAndTellsWhy) {
    Passage dry = Product("dry", "jacket", "blue", 100, 3, 47);
    dry.text = "A waterproof jacket.";
    Passage wet = Product("wet", "jacket", "blue", 100);
    wet.text = "A jacket, not waterproof.";
    RecommendRequest request;
    request.profile.likes = {"waterproof", "blue"};
    const auto found = RankProducts(request, {wet, dry});
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].product.id, "dry");
    EXPECT_EQ(found[0].reasons,
              (std::vector<std::string>{"waterproof and blue, as you like", "rated 4.7 stars"}));
    EXPECT_EQ(found[1].reasons, std::vector<std::string>{"blue, as you like"});
}

TEST(RankProducts, LooksAtWhatWasViewed) {
    RecommendRequest request;
    request.viewed = {{"v", {{"colour", "green"}, {"category", "tent"}}}};
    const auto found = RankProducts(
        request, {Product("a", "mug", "red", 100), Product("b", "tent", "green", 100)});
    EXPECT_EQ(found[0].product.id, "b");
    EXPECT_EQ(found[0].reasons[0], "green, tent, as what you looked at last");
    EXPECT_FALSE(found[1].reasons.empty());
}

TEST(RecommendFrom, AsksForEachCategory) {
    const testing::FakeSearcher searcher(
        {Product("a", "tent", "red", 100), Product("b", "mug", "red", 100)});
    RecommendRequest request;
    request.profile = {.budget = 12.5, .categories = {"tent", "mug"}, .likes = {"red"}};
    const auto found = OrThrow(RecommendFrom(searcher, request));
    EXPECT_EQ(found.size(), 2u);
    EXPECT_EQ(searcher.questions(),
              (std::vector<std::string>{"red tent under $12.50", "red mug under $12.50"}));
}

RC_GTEST_PROP(RankProducts, NeverPassesTheLimitsWhateverTheOrder, ()) {
    std::vector<Passage> products;
    const auto count = *rc::gen::inRange(0, 12);
    products.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
        products.push_back(Product(std::to_string(i), "x", *rc::gen::element<std::string>("a", "b"),
                                   *rc::gen::inRange(0, 2000), *rc::gen::inRange(0, 3)));
    }
    RecommendRequest request;
    request.profile.budget = 10;
    request.profile.likes = {"a"};
    request.limit = 4;
    const auto found = RankProducts(request, products);
    RC_ASSERT(found.size() <= 4u);
    for (size_t i = 0; i < found.size(); ++i) {
        RC_ASSERT(found[i].product.metadata.at("price_cents").as_int64() <= 1000);
        RC_ASSERT(found[i].product.metadata.at("stock").as_int64() > 0);
        RC_ASSERT(!found[i].reasons.empty());
        if (i > 0) RC_ASSERT(found[i - 1].score >= found[i].score);
    }
}

}  // namespace
}  // namespace argosy::assistant
