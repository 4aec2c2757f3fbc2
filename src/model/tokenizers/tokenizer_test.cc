// The tokenizers of tests/data/tokenizers (made by tools/fixtures/tokenizers.py) against what
// Hugging Face's `tokenizers` gave for the same texts.
#include "model/tokenizer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/gguf_tokenizer_keys.h"
#include "model/stored_model.h"

namespace argosy {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(ARGOSY_TESTDATA) / "tokenizers";

std::string ReadAll(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> ReadTexts() {
    const std::string data = ReadAll(kFolder / "texts.bin");
    std::vector<std::string> texts;
    for (size_t at = 0; at + 2 <= data.size();) {
        uint16_t size;
        std::memcpy(&size, data.data() + at, 2);
        texts.push_back(data.substr(at + 2, size));
        at += 2 + size;
    }
    return texts;
}

std::vector<uint32_t> ReadHashes(const std::string& name) {
    const std::string data = ReadAll(kFolder / (name + ".hash"));
    std::vector<uint32_t> hashes(data.size() / 4);
    std::memcpy(hashes.data(), data.data(), hashes.size() * 4);
    return hashes;
}

/// FNV-1a over lengths and contents, as the script has it.
class Digest {
  public:
    void Add(const std::vector<int32_t>& ids) { Add(ids.data(), ids.size() * sizeof(int32_t)); }
    void Add(const std::string& text) { Add(text.data(), text.size()); }
    uint32_t value() const { return value_; }

  private:
    void Add(const void* data, size_t size) {
        const auto length = static_cast<uint32_t>(size);
        Bytes(&length, sizeof length);
        Bytes(data, size);
    }
    void Bytes(const void* data, size_t size) {
        for (size_t i = 0; i < size; ++i) {
            value_ = (value_ ^ static_cast<const unsigned char*>(data)[i]) * 16777619u;
        }
    }
    uint32_t value_ = 2166136261u;
};

std::vector<TokenId> RandomIds(uint32_t index, int32_t size) {
    uint32_t state = index * 2654435761u;
    std::vector<TokenId> ids;
    for (uint32_t i = 0; i < index % 24; ++i) {
        state = state * 1664525u + 1013904223u;
        ids.push_back(static_cast<TokenId>((state >> 8) % static_cast<uint32_t>(size)));
    }
    return ids;
}

uint32_t Observe(const Tokenizer& tokenizer, const std::vector<std::string>& texts,
                 uint32_t index) {
    const std::string& text = texts[index];
    Digest digest;
    const auto ids = tokenizer.Encode(text);
    digest.Add(ids);
    digest.Add(tokenizer.Encode(text, {.add_special = false}));
    digest.Add(tokenizer.Decode(ids, true));
    digest.Add(tokenizer.Decode(ids, false));
    if (index % 8 == 0) {
        std::vector<int32_t> type_ids;
        digest.Add(tokenizer.EncodePair(text, texts[(index + 1) % texts.size()], &type_ids));
        digest.Add(type_ids);
    }
    if (index % 4 == 0) {
        digest.Add(tokenizer.Encode(text, {.add_special = false, .parse_special = false}));
    }
    digest.Add(tokenizer.Decode(RandomIds(index, tokenizer.vocab_size()), true));
    return digest.value();
}

std::string Print(const std::vector<TokenId>& ids) {
    std::string out;
    for (const TokenId id : ids) out += std::to_string(id) + " ";
    return out;
}

void ExpectEqual(const Tokenizer& tokenizer, const std::string& name) {
    const auto texts = ReadTexts();
    const auto hashes = ReadHashes(name);
    ASSERT_EQ(texts.size(), hashes.size());
    ASSERT_GE(texts.size(), 3000u);
    int differences = 0;
    for (uint32_t i = 0; i < texts.size(); ++i) {
        if (Observe(tokenizer, texts, i) == hashes[i]) continue;
        if (++differences > 5) continue;
        const auto ids = tokenizer.Encode(texts[i]);
        ADD_FAILURE() << name << " " << i << " (tools/fixtures/tokenizers.py " << name << " " << i
                      << " prints what is expected): '" << texts[i] << "'\n  " << Print(ids)
                      << "\n  '" << tokenizer.Decode(ids) << "'\n  random '"
                      << tokenizer.Decode(RandomIds(i, tokenizer.vocab_size())) << "'";
    }
    EXPECT_EQ(differences, 0) << name;
}

/// What each model's tokenizer_config.json says of special tokens.
const char* ConfigOf(std::string_view name) {
    if (name == "llama3") return R"({"bos_token":"<|begin_of_text|>","eos_token":"<|eot_id|>"})";
    if (name == "gemma") return R"({"bos_token":"<bos>","eos_token":"<eos>"})";
    if (name == "deepseek3") return R"({"bos_token":"<｜begin▁of▁sentence｜>"})";
    if (name == "qwen2" || name == "smollm") {
        return R"({"bos_token":null,"eos_token":{"content":"<|im_end|>"}})";
    }
    if (name == "gpt2") return R"({"eos_token":"<|endoftext|>"})";
    if (name.starts_with("bert")) {
        return R"({"cls_token":"[CLS]","sep_token":"[SEP]","unk_token":"[UNK]"})";
    }
    return R"({"bos_token":"<s>","eos_token":"</s>","unk_token":"<unk>","sep_token":"</s>"})";
}

class TokenizersEqualHuggingFace : public testing::TestWithParam<const char*> {};

TEST_P(TokenizersEqualHuggingFace, FromTokenizerJson) {
    const auto tokenizer =
        LoadTokenizerJson(ReadAll(kFolder / (std::string(GetParam()) + ".json")), "");
    ASSERT_TRUE(tokenizer) << tokenizer.error().ToString();
    ExpectEqual(**tokenizer, GetParam());
}

/// The tokenizer that a GGUF file written from this tokenizer.json gives.
TEST_P(TokenizersEqualHuggingFace, FromGgufKeys) {
    Metadata metadata;
    metadata["argosy.tokenizer_json"] = ReadAll(kFolder / (std::string(GetParam()) + ".json"));
    metadata["argosy.tokenizer_config_json"] = std::string(ConfigOf(GetParam()));
    ASSERT_TRUE(AddGgufTokenizerKeys(metadata));
    const bool only_keys = !metadata.contains("argosy.tokenizer_json");
    const StoredModel model({"x.gguf", std::move(metadata), {}, {}, {}, {}});
    const auto tokenizer = LoadTokenizer(model);
    ASSERT_TRUE(tokenizer) << tokenizer.error().ToString();
    // What GGUF's keys cannot say stays in the file as tokenizer.json.
    const std::set<std::string_view> sayable = {"gpt2",   "qwen2", "llama3",
                                                "llama2", "gemma", "bert-uncased"};
    EXPECT_EQ(only_keys, sayable.contains(GetParam()));
    ExpectEqual(**tokenizer, GetParam());
}

/// Streams of single tokens give the same text as decoding all at once, in whole characters.
TEST_P(TokenizersEqualHuggingFace, StreamsWhatDecodeGives) {
    const auto tokenizer =
        LoadTokenizerJson(ReadAll(kFolder / (std::string(GetParam()) + ".json")), "");
    ASSERT_TRUE(tokenizer) << tokenizer.error().ToString();
    const auto texts = ReadTexts();
    for (uint32_t i = 0; i < texts.size(); ++i) {
        auto ids = tokenizer.value()->Encode(texts[i]);
        const auto more = RandomIds(i, tokenizer.value()->vocab_size());
        ids.insert(ids.end(), more.begin(), more.end());
        for (const bool skip : {true, false}) {
            StreamDecoder stream(**tokenizer, skip);
            std::string text;
            for (const TokenId id : ids) {
                const std::string part = stream.Push(id);
                ASSERT_EQ(part, SanitizeUtf8(part)) << i;
                text += part;
            }
            text += stream.Finish();
            ASSERT_EQ(text, tokenizer.value()->Decode(ids, skip)) << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, TokenizersEqualHuggingFace,
                         testing::Values("gpt2", "roberta", "qwen2", "llama3", "smollm", "tekken",
                                         "deepseek3", "llama2", "mistral", "phi3", "gemma",
                                         "xlm-roberta", "t5", "unigram-bytes", "bert-uncased",
                                         "bert-cased", "odd"),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::erase(name, '-');
                             return name;
                         });

}  // namespace
}  // namespace argosy
