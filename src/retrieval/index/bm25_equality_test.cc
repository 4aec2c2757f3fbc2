// Scores beside those of the PyPI package bm25s (tools/fixtures/bm25.py).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/json.h"
#include "retrieval/index/lexical_index.h"

namespace argosy::retrieval {
namespace {

TEST(LexicalIndex, ScoresAsBm25sDoesWithLucenesFormula) {
    std::ifstream in(ARGOSY_TESTDATA "/retrieval/bm25.json");
    std::stringstream text;
    text << in.rdbuf();
    const json::value data = OrThrow(ParseJson(text.str()));
    const auto& texts = data.at("texts").as_array();
    for (const json::value& test : data.at("cases").as_array()) {
        LexicalIndex index({.k1 = test.at("k1").to_number<double>(),
                            .b = test.at("b").to_number<double>(),
                            .language = Language::kNone});
        for (Slot slot = 0; slot < texts.size(); ++slot) index.Add(slot, texts[slot].as_string());
        std::vector<double> scores(texts.size());
        for (const SlotScore& hit : index.Search(test.at("question").as_string(), texts.size())) {
            scores[hit.slot] = hit.score;
        }
        for (size_t i = 0; i < scores.size(); ++i) {
            const double expected = test.at("scores").at(i).to_number<double>();
            EXPECT_NEAR(scores[i], expected, 2e-6 * (1 + expected)) << test.at("question");
        }
    }
}

}  // namespace
}  // namespace argosy::retrieval
