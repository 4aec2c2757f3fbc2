// The example shop searches and asks as its models learned it: the application's file and the
// training data say the same.
#include "cli/shop_search.h"

#include <gtest/gtest.h>

#include "assistant/chain/prompt.h"
#include "lifecycle/shop/catalogue.h"
#include "local/assistant_options.h"
#include "local/knowledge_part.h"
#include "resources/application.h"

namespace argosy::cli {
namespace {

using lifecycle::shop::Catalogue;
using lifecycle::shop::Dialogue;
using lifecycle::shop::Product;
using lifecycle::shop::Stall;

resources::Application Example() {
    auto read = resources::LoadApplication(ARGOSY_TESTDATA "/../../examples/shop/app.yaml");
    if (!read) ADD_FAILURE() << resources::ToError(read.error()).message;
    return read ? std::move(*read) : resources::Application();
}

assistant::Passage PassageOf(const Product& product) {
    assistant::Passage passage;
    passage.metadata = {{"name", product.name},         {"category", product.category},
                        {"colour", product.colour},     {"material", product.material},
                        {"size", product.size},         {"audience", product.audience},
                        {"use", product.use},           {"waterproof", product.waterproof},
                        {"price_cents", product.cents}, {"weight_g", product.grams},
                        {"stock", product.stock},       {"rating_tenths", product.rating}};
    return passage;
}

TEST(ShopSearch, IsTheExamplesOwn) {
    const resources::Application shop = Example();
    std::vector<std::string> warnings;
    const auto options = OrThrow(local::KnowledgeOptionsOf(shop.knowledge_bases.at("catalog"),
                                                           local::Surroundings{}, warnings));
    const retrieval::SearchSettings declared = options.search, learned = ShopSettings();
    ASSERT_EQ(declared.fields.size(), learned.fields.size());
    for (const retrieval::FieldHint& hint : learned.fields) {
        const auto same =
            std::ranges::find(declared.fields, hint.name, &retrieval::FieldHint::name);
        ASSERT_NE(same, declared.fields.end()) << hint.name;
        EXPECT_EQ(same->words, hint.words) << hint.name;
        EXPECT_EQ(same->scale, hint.scale) << hint.name;
        EXPECT_EQ(same->synonyms, hint.synonyms) << hint.name;
    }
    EXPECT_EQ(declared.kind_field, learned.kind_field);
    EXPECT_EQ(declared.related, learned.related);
    EXPECT_EQ(ToJson(declared.preferred), ToJson(learned.preferred));
    EXPECT_EQ(shop.knowledge_bases.at("catalog").spec.search.limit, 4);
}

// Message for message what training rows have.
TEST(ShopSearch, TheExamplesPromptIsTheOneThatTheModelLearned) {
    const resources::Application shop = Example();
    std::vector<std::string> warnings;
    const auto config = local::AssistantConfigOf(shop.assistants.at("shop"), {}, warnings);
    const Catalogue catalogue = Catalogue::Make(5, 400);
    const Stall stall(catalogue, false);
    const auto show = OrThrow(OpenShopSearch(stall));
    size_t with_products = 0, with_missing = 0;
    for (uint64_t i = 0; i < 300; ++i) {
        lifecycle::shop::Random random(9, "question", i);
        const Dialogue dialogue = lifecycle::shop::MakeDialogue({random, stall, show}, true);
        if (!dialogue.history.empty()) continue;
        const json::object row = DialogueRow(dialogue, false);
        const json::array& learned = row.at("messages").as_array();
        std::vector<assistant::Passage> passages;
        for (const Product* product : dialogue.context) passages.push_back(PassageOf(*product));
        size_t used = 0;
        const auto asked = BuildPrompt(
            config.prompt, {},
            QuestionText(dialogue.question, passages, dialogue.missing, config.prompt, used));
        ASSERT_EQ(asked.size(), 2U);
        EXPECT_EQ(used, passages.size());
        EXPECT_EQ(asked[0].content, learned[0].at("content").as_string());
        EXPECT_EQ(asked[1].content, learned[1].at("content").as_string());
        with_products += passages.empty() ? 0 : 1;
        with_missing += dialogue.missing.empty() ? 0 : 1;
    }
    EXPECT_GT(with_products, 200U);
    EXPECT_GT(with_missing, 3U);
}

}  // namespace
}  // namespace argosy::cli
