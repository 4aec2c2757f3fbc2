#include "serve/engine_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "model/make_model.h"

namespace argosy::serve {
namespace {

using retrieval::TextRole;

// A model of random weights: its vectors mean nothing, but every joint is the real one.
class EngineEmbedderTest : public ::testing::Test {
  protected:
    std::shared_ptr<const ModelHost> Host(const std::string& architecture) {
        path_ = std::filesystem::temp_directory_path() /
                fmt::format("argosy-embedder-{}.gguf", ::getpid());
        MakeModelOptions made;
        made.architecture = architecture;
        made.threads = 1;
        OrThrow(MakeModel(path_, made));
        HostOptions options;
        options.source = path_.string();
        options.engine.threads = 1;
        return OrThrow(ModelHost::Open(options));
    }
    ~EngineEmbedderTest() override { std::filesystem::remove(path_); }

    std::filesystem::path path_;
};

std::vector<float> One(const retrieval::Embedder& embedder, const std::string& text,
                       TextRole role = TextRole::kPassage) {
    const std::string texts[] = {text};
    return OrThrow(embedder.Embed(texts, role))[0];
}

TEST_F(EngineEmbedderTest, GivesUnitVectorsInTheOrderOfTheTexts) {
    const auto embedder = OrThrow(MakeEngineEmbedder(Host("bert")));
    const std::string texts[] = {"a blue parka", "a green tent, large", "a lamp"};
    const auto vectors = OrThrow(embedder->Embed(texts, TextRole::kPassage));
    ASSERT_EQ(vectors.size(), 3u);
    for (size_t i = 0; i < vectors.size(); ++i) {
        ASSERT_EQ(vectors[i].size(), embedder->dimensions());
        double square = 0, with_alone = 0;
        const std::vector<float> alone = One(*embedder, texts[i]);
        for (size_t d = 0; d < alone.size(); ++d) {
            square += double{vectors[i][d]} * double{vectors[i][d]};
            with_alone += double{vectors[i][d]} * double{alone[d]};
        }
        EXPECT_NEAR(square, 1, 1e-4);
        EXPECT_NEAR(with_alone, 1, 1e-4);
    }
    EXPECT_NE(vectors[0], vectors[1]);
    EXPECT_TRUE(OrThrow(embedder->Embed({}, TextRole::kPassage)).empty());
}

TEST_F(EngineEmbedderTest, PutsItsPrefixesInFront) {
    const auto host = Host("bert");
    const auto plain = OrThrow(MakeEngineEmbedder(host));
    const auto prefixed = OrThrow(MakeEngineEmbedder(host, {.query = "query: ", .passage = "p: "}));
    EXPECT_EQ(One(*prefixed, "tent", TextRole::kQuery), One(*plain, "query: tent"));
    EXPECT_EQ(One(*prefixed, "tent"), One(*plain, "p: tent"));
    EXPECT_NE(One(*prefixed, "tent"), One(*plain, "tent"));
}

TEST_F(EngineEmbedderTest, CutsATextThatIsLongerThanTheModelReads) {
    const auto embedder = OrThrow(MakeEngineEmbedder(Host("bert")));
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "word ";
    EXPECT_EQ(One(*embedder, text), One(*embedder, text + "and more"));
}

TEST_F(EngineEmbedderTest, AModelThatIsNoRerankerIsRefused) {
    const auto reranker = MakeEngineReranker(Host("bert"));
    ASSERT_FALSE(reranker);
    EXPECT_EQ(reranker.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(reranker.error().message, ::testing::HasSubstr("is no reranker"));
}

}  // namespace
}  // namespace argosy::serve
