// Chats and pairs on their way to the trainer, and questions to the engine.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "model/make_model.h"
#include "tune/chat_data.h"
#include "tune/exact_answers.h"
#include "tune/pair_data.h"

namespace argosy::tune {
namespace {

class PreparedData : public ::testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/argosy_prepared_data_XXXXXX";
        path_ = mkdtemp(name);
        MakeModelOptions options;
        options.recipe = "f32";
        OrThrow(MakeModel(path_ / "m.gguf", options));
        model_ = OrThrow(OpenModel(path_ / "m.gguf"));
        tokenizer_ = OrThrow(LoadTokenizer(*model_));
        format_ = OrThrow(ChatFormat::Load(*model_, *tokenizer_));
    }
    void TearDown() override { std::filesystem::remove_all(path_); }

    lifecycle::DatasetOptions Files(const std::string& text) {
        std::ofstream(path_ / "data.jsonl") << text;
        lifecycle::DatasetOptions options;
        options.train = {path_ / "data.jsonl"};
        options.eval_share = 0;
        return options;
    }
    Result<ChatData> Chats(const std::string& text, size_t max_tokens, bool mask) {
        auto rows = lifecycle::LoadDataset(Files(text));
        if (!rows) return std::unexpected(rows.error().ToError());
        return PrepareChats(std::move(*rows), *tokenizer_, *format_, max_tokens, mask);
    }

    std::filesystem::path path_;
    std::unique_ptr<ModelFile> model_;
    std::unique_ptr<Tokenizer> tokenizer_;
    std::optional<ChatFormat> format_;
};

constexpr const char* kChats =
    R"({"prompt":"Who?","completion":" ann@example.org"})"
    "\n"
    R"({"prompt":"A question that is long enough to stand beyond the limit of this test, surely, since it goes on and on and on","completion":" yes"})"
    "\n";

TEST_F(PreparedData, LeavesOutWhatDoesNotFitAndSaysSo) {
    const ChatData data = OrThrow(Chats(kChats, 40, false));
    EXPECT_EQ(data.train.size(), 1u);
    EXPECT_EQ(data.report.too_long, 1u);
    EXPECT_NE(data.report.ToText().find("left out: 1 longer than 40 tokens"), std::string::npos);
    const auto none = Chats(kChats, 1, false);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message.find("no row is left"), std::string::npos);
}

TEST_F(PreparedData, MasksPersonalDataAndNamesItsLineWithoutRepeatingIt) {
    const ChatData plain = OrThrow(Chats(kChats, 0, false));
    const ChatData masked = OrThrow(Chats(kChats, 0, true));
    for (const ChatData* data : {&plain, &masked}) {
        const std::string text = data->report.ToText() + json::serialize(data->report.ToJson());
        EXPECT_NE(text.find("data.jsonl:1"), std::string::npos);
        EXPECT_EQ(text.find("ann@"), std::string::npos);
    }
    EXPECT_EQ(masked.report.masked, 1u);
    EXPECT_NE(tokenizer_->Decode(plain.train[0].tokens).find("ann@"), std::string::npos);
    EXPECT_NE(tokenizer_->Decode(masked.train[0].tokens).find("[EMAIL]"), std::string::npos);
}

TEST_F(PreparedData, EveryBadPairIsNamed) {
    const auto pairs =
        LoadPairs(Files("{\"query\":\"a\",\"positive\":\"b\"}\n{\"query\":\"a\"}\nnothing\n\n"
                        "{\"query\":\"a\",\"positive\":\"b\",\"negatives\":[\"\"]}\n"),
                  1);
    ASSERT_FALSE(pairs);
    const std::string& message = pairs.error().message;
    EXPECT_NE(message.find("3 bad rows"), std::string::npos);
    EXPECT_NE(message.find("data.jsonl:5: negatives has to be a list of texts"), std::string::npos);
    EXPECT_NE(message.find("data.jsonl:2: positive has to be a text"), std::string::npos);
    EXPECT_NE(message.find("data.jsonl:3: "), std::string::npos);
}

TEST_F(PreparedData, KeepsAsManyNegativesAsAreAskedFor) {
    const auto files = Files(R"({"query":"a","positive":"b","negatives":["c","d","e"]})"
                             "\n"
                             R"({"query":"f","positive":"g","negatives":null})"
                             "\n");
    for (const size_t most : {0U, 2U}) {
        const TextPairs pairs = OrThrow(LoadPairs(files, most));
        ASSERT_EQ(pairs.train.size(), 2u);
        EXPECT_EQ(pairs.train[0].negatives.size(), most);
        EXPECT_TRUE(pairs.train[1].negatives.empty());
        const PairData data = OrThrow(PreparePairs(pairs, *tokenizer_, 0, false));
        EXPECT_EQ(data.train[0].negatives.size(), most);
        EXPECT_EQ(data.report.rows.sequences, 4 + most);
    }
}

TEST_F(PreparedData, PairsOfAQueryStayOnOneSide) {
    std::string rows;
    for (int i = 0; i < 40; ++i) {
        rows += fmt::format("{{\"query\":\"q{}\",\"positive\":\"p{}\"}}\n", i / 2, i);
    }
    lifecycle::DatasetOptions options = Files(rows);
    options.eval_share = 0.2;
    const TextPairs pairs = OrThrow(LoadPairs(options, 1));
    EXPECT_EQ(pairs.eval.size(), 8u);
    for (const TextPair& kept : pairs.eval) {
        for (const TextPair& trained : pairs.train) EXPECT_NE(kept.query, trained.query);
    }
    const PairData data = OrThrow(PreparePairs(pairs, *tokenizer_, 0, false));
    EXPECT_EQ(data.train.size(), 32u);
    EXPECT_EQ(data.report.rows.kinds.at("pair"), 40u);
}

TEST_F(PreparedData, AsksForTheLastAnswerOfAChat) {
    const auto rows = OrThrow([&]() -> Result<lifecycle::Dataset> {
        auto loaded = lifecycle::LoadDataset(Files(
            R"({"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"One"},)"
            R"({"role":"user","content":"And?"},{"role":"assistant","content":"Two"}]})"
            "\n"
            R"({"text":"a text asks nothing"})"
            "\n"));
        if (!loaded) return std::unexpected(loaded.error().ToError());
        return std::move(*loaded);
    }());
    const auto questions = OrThrow(MakeQuestions(rows.train, *tokenizer_, *format_));
    ASSERT_EQ(questions.size(), 1u);
    EXPECT_EQ(questions[0].wanted, "Two");
    const std::string prompt = tokenizer_->Decode(questions[0].prompt, false);
    EXPECT_NE(prompt.find("And?"), std::string::npos);
    EXPECT_EQ(prompt.find("Two"), std::string::npos);
}

TEST_F(PreparedData, CountsTheAnswersThatAreExact) {
    // What the model says greedily is an exact answer; anything else is none.
    const auto prompt = tokenizer_->Encode("Tea");
    const Question wrong{prompt, {}, "no model of random weights says this"};
    const AnswerRate rate = OrThrow(
        CountExactAnswers(OrThrow(OpenModel(path_ / "m.gguf")), std::span(&wrong, 1), *tokenizer_,
                          *format_, {.adapter = {}, .threads = 1, .stop = {}, .progress = {}}));
    EXPECT_EQ(rate.questions, 1u);
    EXPECT_EQ(rate.exact, 0u);
}

}  // namespace
}  // namespace argosy::tune
