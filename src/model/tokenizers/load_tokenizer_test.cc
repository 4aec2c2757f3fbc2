// What is refused, what bounds the cost of hostile input, and the tokenizers of random models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "model/make_vocabulary.h"
#include "model/stored_model.h"
#include "model/tokenizer.h"

namespace argosy {
namespace {

Result<std::unique_ptr<Tokenizer>> Load(Metadata metadata) {
    return LoadTokenizer(StoredModel({"m.gguf", std::move(metadata), {}, {}, {}, {}}));
}

Metadata RandomModel(std::string_view kind, std::string_view pre = "qwen2") {
    Metadata metadata;
    AddVocabulary(kind, 2000, pre, metadata);
    return metadata;
}

std::string ErrorOf(Metadata metadata) {
    const auto tokenizer = Load(std::move(metadata));
    return tokenizer ? "none" : tokenizer.error().ToString();
}

Result<std::unique_ptr<Tokenizer>> FromJson(const std::string& model) {
    return LoadTokenizerJson(R"({"model":)" + model + "}", "");
}

TEST(Tokenizer, GivesBackTextOfRandomModels) {
    const std::string text = "Hello  world, it's 2024: 中文 🙂\n\tx <|im_start|>user";
    for (const char* kind : {"bpe", "spm"}) {
        const auto tokenizer = Load(RandomModel(kind));
        ASSERT_TRUE(tokenizer) << tokenizer.error().ToString();
        const auto ids = tokenizer.value()->Encode(text, {.add_special = false});
        EXPECT_EQ(tokenizer.value()->Decode(ids, true),
                  kind == std::string("spm") ? "Hello  world, it's 2024: 中文 🙂\n\tx  user"
                                             : "Hello  world, it's 2024: 中文 🙂\n\tx user");
        const auto start = tokenizer.value()->FindToken("<|im_start|>");
        ASSERT_TRUE(start);
        EXPECT_EQ(std::ranges::count(ids, *start), 1);
        const auto plain = tokenizer.value()->Encode(text, {false, false});
        EXPECT_EQ(std::ranges::count(plain, *start), 0);
        EXPECT_EQ(tokenizer.value()->Decode(plain, true), text);
        EXPECT_TRUE(std::ranges::count(tokenizer.value()->stop_tokens(),
                                       *tokenizer.value()->FindToken("<|im_end|>")));
    }
}

TEST(Tokenizer, PutsBertsTokensAround) {
    const auto tokenizer = Load(RandomModel("wordpiece"));
    ASSERT_TRUE(tokenizer) << tokenizer.error().ToString();
    std::vector<int32_t> types;
    const auto ids = tokenizer.value()->EncodePair("The WÖRLD", "is", &types);
    EXPECT_EQ(tokenizer.value()->Decode(ids, false), "[CLS] the world [SEP] is [SEP]");
    EXPECT_EQ(types.back(), 1);
    EXPECT_EQ(types.size(), ids.size());
    EXPECT_EQ(types[1], 0);
}

TEST(Tokenizer, NamesTheKeyThatIsWrong) {
    const auto without = [](const char* kind, const char* key) {
        Metadata metadata = RandomModel(kind);
        metadata.erase(key);
        return ErrorOf(metadata);
    };
    const auto with = [](const char* kind, const char* key, MetaValue value) {
        Metadata metadata = RandomModel(kind);
        metadata[key] = std::move(value);
        return ErrorOf(metadata);
    };
    EXPECT_EQ(without("bpe", "tokenizer.ggml.model"),
              "m.gguf: metadata key tokenizer.ggml.model is no text (a Hugging Face folder has its "
              "tokenizer in tokenizer.json)");
    EXPECT_EQ(without("bpe", "tokenizer.ggml.tokens"),
              "m.gguf: metadata key tokenizer.ggml.tokens is no array of texts");
    EXPECT_EQ(without("bpe", "tokenizer.ggml.merges"),
              "m.gguf: metadata key tokenizer.ggml.merges is no array of texts");
    EXPECT_EQ(without("spm", "tokenizer.ggml.scores"),
              "m.gguf: metadata key tokenizer.ggml.scores has 0 numbers for 2000 tokens");
    EXPECT_EQ(with("bpe", "tokenizer.ggml.model", std::string("rwkv")),
              "m.gguf: tokenizer.ggml.model \"rwkv\" is unknown; known are bert, gpt2, llama, t5");
    EXPECT_THAT(with("bpe", "tokenizer.ggml.pre", std::string("nonsense")),
                testing::StartsWith("m.gguf: tokenizer.ggml.pre \"nonsense\" is unknown; known"));
    EXPECT_EQ(with("bpe", "tokenizer.ggml.token_type", MetaArray(std::vector<int64_t>{1})),
              "m.gguf: metadata key tokenizer.ggml.token_type has 1 entries for 2000 tokens");
    EXPECT_EQ(with("bpe", "tokenizer.ggml.merges", MetaArray(std::vector<std::string>{"ab"})),
              "m.gguf: tokenizer.ggml.merges: entry 0 \"ab\" is no pair");
    EXPECT_EQ(with("bpe", "tokenizer.ggml.eos_token_id", int64_t{-5}), "none");
}

TEST(Tokenizer, RefusesHostileJson) {
    const std::pair<std::string, std::string> cases[] = {
        {R"({"type":"BPE"})", "tokenizer.json: model.vocab is no object"},
        {R"({"type":"BPE","vocab":{"a":-1}})",
         "tokenizer.json: token \"a\" has id -1; ids go from 0 to 16777215"},
        {R"({"type":"BPE","vocab":{"a":99999999999}})",
         "tokenizer.json: token \"a\" has id 99999999999; ids go from 0 to 16777215"},
        {R"({"type":"BPE","vocab":{"a":0},"merges":["a b"]})",
         "tokenizer.json: model.merges: merge 0, \"a\" and \"b\", makes or takes what is no token"},
        {R"({"type":"BPE","vocab":{"a":0},"merges":[3]})",
         "tokenizer.json: model.merges: entry 0 is no pair"},
        {R"({"type":"Unigram","vocab":[["a"]]})",
         "tokenizer.json: model.vocab: entry 0 is no [text, score]"},
        {R"({"type":"Unigram","vocab":[["a",0]],"unk_id":7})",
         "tokenizer.json: model.unk_id is 7 with 1 tokens"},
        {R"({"type":"Magic","vocab":{}})", "tokenizer.json: model type \"Magic\" is unknown"},
    };
    for (const auto& [model, error] : cases) {
        const auto tokenizer = FromJson(model);
        ASSERT_FALSE(tokenizer) << error;
        EXPECT_EQ(tokenizer.error().ToString(), error);
    }
}

/// Long texts that are one word, of characters that merge and that don't, within seconds.
TEST(Tokenizer, LongWordsTakeNoSquareTime) {
    std::vector<std::unique_ptr<Tokenizer>> tokenizers;
    for (const auto& [kind, pre] : {std::pair{"bpe", "qwen2"},
                                    {"bpe", "default"},
                                    {"bpe", "deepseek-llm"},
                                    {"bpe", "tekken"},
                                    {"bpe", "deepseek-v3"},
                                    {"spm", ""},
                                    {"wordpiece", ""}}) {
        tokenizers.push_back(OrThrow(Load(RandomModel(kind, pre))));
    }
    json::array vocab;
    for (const char* piece : {"<unk>", "a", "aa", "aaaa", "b", "▁"}) vocab.push_back({piece, -1.5});
    tokenizers.push_back(OrThrow(
        FromJson(R"({"type":"Unigram","unk_id":0,"vocab":)" + json::serialize(vocab) + "}")));
    const auto begin = std::chrono::steady_clock::now();
    for (const char* unit :
         {"a", "th", " ", "\n", " \n", "1", "中", "\xff", "<|im_", "é", "'s", "\t "}) {
        std::string text;
        while (text.size() < (1 << 17)) text += unit;
        for (const char* end : {"", "x"}) {
            for (const auto& tokenizer : tokenizers) {
                const auto ids = tokenizer->Encode(text + end);
                EXPECT_LE(ids.size(), text.size() * 3 + 8);
                tokenizer->Decode(ids);
            }
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), 60.0);  // quadratic would be hours
}

/// tokenizer_config.json and generation_config.json.
TEST(Tokenizer, FindsEndsInConfiguration) {
    const std::string document =
        R"({"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"post_processor":)"
        R"({"type":"ByteLevel"},"added_tokens":[{"id":1,"content":"<s>","special":true},)"
        R"({"id":2,"content":"</s>","special":true},{"id":3,"content":"<|eot_id|>",)"
        R"("special":true},{"id":4,"content":"<|end|>","special":false}]})";
    const auto ids = [&](const std::string& config) {
        return OrThrow(LoadTokenizerJson(document, config))->Encode("a");
    };
    using Ids = std::vector<TokenId>;
    EXPECT_EQ(ids(""), (Ids{0}));
    EXPECT_EQ(ids(R"({"bos_token":"<s>","tokenizer_class":"GPT2Tokenizer"})"), (Ids{0}));
    EXPECT_EQ(ids(R"({"bos_token":"<s>","tokenizer_class":"LlamaTokenizerFast"})"), (Ids{1, 0}));
    EXPECT_EQ(ids(R"({"bos_token":{"content":"<s>"},"eos_token":"</s>","add_eos_token":true,)"
                  R"("add_bos_token":false,"tokenizer_class":"LlamaTokenizer"})"),
              (Ids{0, 2}));
    Metadata metadata;
    metadata["argosy.tokenizer_json"] = document;
    metadata["argosy.generation_config_json"] =
        std::string(R"({"bos_token_id":1,"eos_token_id":[2,0,-3,77]})");
    const auto tokenizer = OrThrow(Load(metadata));
    EXPECT_EQ(tokenizer->bos(), 1);
    EXPECT_EQ(tokenizer->eos(), 2);
    EXPECT_THAT(tokenizer->stop_tokens(), testing::UnorderedElementsAre(2, 0, 3));
}

TEST(Tokenizer, KnowsWhatOldFilesLeaveOut) {
    Metadata metadata = RandomModel("spm");
    for (const char* key : {"bos", "eos", "unknown"}) {
        metadata.erase(fmt::format("tokenizer.ggml.{}_token_id", key));
    }
    metadata.erase("tokenizer.ggml.add_bos_token");
    const auto spm = OrThrow(Load(metadata));
    EXPECT_EQ(spm->Encode("")[0], 1);
    EXPECT_EQ(spm->eos(), 2);
    metadata = RandomModel("wordpiece");
    for (const char* key : {"bos", "eos", "cls", "seperator", "unknown"}) {
        metadata.erase(fmt::format("tokenizer.ggml.{}_token_id", key));
    }
    const auto bert = OrThrow(Load(metadata));
    EXPECT_EQ(bert->Decode(bert->Encode("the"), false), "[CLS] the [SEP]");
}

TEST(Tokenizer, ThreadsShareOne) {
    const auto tokenizer = OrThrow(Load(RandomModel("bpe")));
    std::string text;
    for (int i = 0; i < 300; ++i) text += fmt::format("there are {} words of babe bibo\n", i * i);
    std::vector<std::vector<TokenId>> ids(4);
    {
        std::vector<std::jthread> threads;
        for (auto& each : ids) {
            threads.emplace_back([&] { each = tokenizer->Encode(text); });
        }
    }
    for (const auto& each : ids) EXPECT_EQ(each, ids[0]);
    EXPECT_EQ(tokenizer->Decode(ids[0]), text);
}

TEST(Tokenizer, IdsOutsideAreNothing) {
    const auto tokenizer = OrThrow(Load(RandomModel("bpe")));
    EXPECT_EQ(tokenizer->TokenBytes(-1), "");
    EXPECT_EQ(tokenizer->TokenText(1 << 30), "");
    EXPECT_FALSE(tokenizer->IsControl(-7));
    EXPECT_EQ(tokenizer->Decode(std::vector<TokenId>{-1, 2000, INT32_MAX}), "");
}

}  // namespace
}  // namespace argosy
