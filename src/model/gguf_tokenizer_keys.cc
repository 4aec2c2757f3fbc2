#include "model/gguf_tokenizer_keys.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"

namespace argosy {

namespace {

constexpr int64_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6;
constexpr std::string_view kJsonKey = "argosy.tokenizer_json";
constexpr std::string_view kConfigKey = "argosy.tokenizer_config_json";
constexpr int64_t kMaxTokens = 1 << 24;

const json::value* Member(const json::value& value, std::string_view key) {
    return value.is_object() ? value.get_object().if_contains(key) : nullptr;
}
std::string TextOr(const json::value* value, std::string_view fallback) {
    return std::string(
        value != nullptr && value->is_string() ? std::string_view(value->get_string()) : fallback);
}
bool IsTrue(const json::value* value) {
    return value != nullptr && value->is_bool() && value->get_bool();
}
bool IsFalse(const json::value* value) {
    return value != nullptr && value->is_bool() && !value->get_bool();
}

/// The first object within `value` (a Sequence or the thing itself) whose "type" is `type`.
const json::value* FindPart(const json::value* value, std::string_view type) {
    if (value == nullptr || !value->is_object()) return nullptr;
    if (TextOr(Member(*value, "type"), "") == type) return value;
    for (const char* list : {"pretokenizers", "normalizers", "decoders", "processors"}) {
        const json::value* parts = Member(*value, list);
        if (parts == nullptr || !parts->is_array()) continue;
        for (const json::value& part : parts->get_array()) {
            if (const json::value* found = FindPart(&part, type)) return found;
        }
    }
    return nullptr;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
    std::string bytes;
    uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') break;
        const std::string_view digits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const size_t digit = digits.find(c);
        if (digit == digits.npos) return std::nullopt;
        bits = (bits << 6) | static_cast<uint32_t>(digit);
        if (++count == 4) {
            for (int shift : {16, 8, 0}) bytes.push_back(static_cast<char>(bits >> shift));
            bits = 0;
            count = 0;
        }
    }
    if (count == 2) bytes.push_back(static_cast<char>(bits >> 4));
    if (count == 3) {
        bytes.push_back(static_cast<char>(bits >> 10));
        bytes.push_back(static_cast<char>(bits >> 2));
    }
    return bytes;
}

/// Pre-tokenizer patterns of byte-level BPE by GGUF's names. Qwen2 splits digits one by one, Llama
/// 3 in threes; else the two are the same.
std::string_view PreTokenizerName(const json::value* pre_tokenizer) {
    const json::value* split = FindPart(pre_tokenizer, "Split");
    if (split == nullptr) {
        const json::value* bytes = FindPart(pre_tokenizer, "ByteLevel");
        if (FindPart(pre_tokenizer, "Digits") != nullptr || bytes == nullptr) return "";
        const json::value* use_regex = Member(*bytes, "use_regex");
        return use_regex == nullptr || IsTrue(use_regex) ? "gpt-2" : "";
    }
    const json::value* pattern = Member(*split, "pattern");
    const std::string regex = pattern == nullptr ? "" : TextOr(Member(*pattern, "Regex"), "");
    constexpr std::string_view kHead =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    constexpr std::string_view kTail =
        "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    if (!regex.starts_with(kHead) || !regex.ends_with(kTail)) return "";
    const std::string_view digits =
        std::string_view(regex).substr(kHead.size(), regex.size() - kHead.size() - kTail.size());
    return digits == "\\p{N}" ? "qwen2" : digits == "\\p{N}{1,3}" ? "llama-bpe" : "";
}

class TokenizerKeys {
  public:
    TokenizerKeys(Metadata& metadata, const json::value& tokenizer, const json::value& config)
        : metadata_(metadata), tokenizer_(tokenizer), config_(config) {}

    /// Whether the keys say all that the texts say.
    Result<bool> Add() {
        const json::value* model = Member(tokenizer_, "model");
        const std::string type = model == nullptr ? "" : TextOr(Member(*model, "type"), "BPE");
        bool complete = true;
        if (type == "BPE") {
            ARGOSY_CHECK_OK(ReadVocabularyObject(*model));
            complete = AddBpe(*model);
        } else if (type == "WordPiece") {
            ARGOSY_CHECK_OK(ReadVocabularyObject(*model));
            complete = AddWordPiece();
        } else if (type == "Unigram") {
            ARGOSY_CHECK_OK(ReadUnigram(*model));
        } else {
            return Err(ErrorCode::kUnsupported, "tokenizer model \"{}\" has no form in GGUF", type);
        }
        ARGOSY_CHECK_OK(ReadAddedTokens());
        complete = complete && type != "Unigram" && AddedTokensArePlain() && EndsAreFlags(type);
        if (type == "WordPiece") WritePhantomSpaces();
        Pad();
        AddSpecialIds();
        if (type != "WordPiece") AddEndsOfText();
        Set("tokenizer.ggml.tokens", MetaArray(std::move(tokens_)));
        Set("tokenizer.ggml.token_type", MetaArray(std::move(types_)));
        if (!scores_.empty()) Set("tokenizer.ggml.scores", MetaArray(std::move(scores_)));
        return complete;
    }

  private:
    void Set(std::string key, MetaValue value) { metadata_[std::move(key)] = std::move(value); }

    Result<void> SetToken(int64_t id, std::string text, int64_t type) {
        if (id < 0 || id >= kMaxTokens) {
            return Err(ErrorCode::kCorrupt, "token \"{}\" has id {}", text, id);
        }
        const auto index = static_cast<size_t>(id);
        if (index >= tokens_.size()) {
            for (size_t i = tokens_.size(); i <= index; ++i) {
                tokens_.push_back(fmt::format("[PAD{}]", i));
            }
            types_.resize(index + 1, kUnused);
        }
        ids_[text] = id;
        tokens_[index] = std::move(text);
        types_[index] = type;
        return {};
    }

    Result<void> ReadVocabularyObject(const json::value& model) {
        const json::value* vocab = Member(model, "vocab");
        if (vocab == nullptr || !vocab->is_object()) {
            return Err(ErrorCode::kCorrupt, "model.vocab is no object");
        }
        for (const auto& [token, id] : vocab->get_object()) {
            if (!id.is_int64())
                return Err(ErrorCode::kCorrupt, "model.vocab has an id that is none");
            ARGOSY_CHECK_OK(SetToken(id.get_int64(), std::string(token), kNormal));
        }
        return {};
    }

    std::vector<std::string> ReadMerges(const json::value& model) {
        std::vector<std::string> merges;
        const json::value* list = Member(model, "merges");
        if (list == nullptr || !list->is_array()) return merges;
        for (const json::value& merge : list->get_array()) {
            if (merge.is_string()) {
                merges.emplace_back(merge.get_string());
            } else if (merge.is_array() && merge.get_array().size() == 2) {
                merges.push_back(TextOr(&merge.get_array()[0], "") + " " +
                                 TextOr(&merge.get_array()[1], ""));
            }
        }
        return merges;
    }

    bool AddBpe(const json::value& model) {
        const std::vector<std::string> merges = ReadMerges(model);
        if (IsTrue(Member(model, "byte_fallback"))) {
            AddSentencePiece(model, merges);
            return IsPlainSentencePiece();
        }
        const std::string_view pre = PreTokenizerName(Member(tokenizer_, "pre_tokenizer"));
        Set("tokenizer.ggml.model", std::string("gpt2"));
        Set("tokenizer.ggml.pre", std::string(pre.empty() ? "default" : pre));
        Set("tokenizer.ggml.merges", MetaArray(merges));
        const json::value* ignore = Member(model, "ignore_merges");
        const json::value* normalizer = Member(tokenizer_, "normalizer");
        const bool normalizes = normalizer != nullptr && !normalizer->is_null();
        const bool nfc = normalizes && TextOr(Member(*normalizer, "type"), "") == "NFC";
        const json::value* bytes = FindPart(Member(tokenizer_, "pre_tokenizer"), "ByteLevel");
        if (bytes != nullptr && !IsFalse(Member(*bytes, "add_prefix_space"))) return false;
        // Only Llama 3's name implies that whole words in the vocabulary are taken unmerged, and
        // only Qwen 2's that text is composed.
        return !pre.empty() && IsTrue(ignore) == (pre == "llama-bpe") &&
               (pre == "qwen2" ? nfc : !normalizes);
    }

    /// Llama's way (a space in front, spaces marked) or Gemma's (spaces marked), as GGUF's one flag
    /// can say. Newer models put no space behind special tokens, which it cannot.
    bool IsPlainSentencePiece() {
        const json::value* normalizer = Member(tokenizer_, "normalizer");
        const json::value* cuts = Member(tokenizer_, "pre_tokenizer");
        const json::value* replace = FindPart(normalizer, "Replace");
        if (replace == nullptr || TextOr(Member(*replace, "content"), "") != "▁") return false;
        const bool strips = FindPart(Member(tokenizer_, "decoder"), "Strip") != nullptr;
        if (FindPart(normalizer, "Prepend") != nullptr) {
            return strips && (cuts == nullptr || cuts->is_null()) && PartCount(normalizer) == 2;
        }
        // Splitting at spaces, of which none are left, does nothing.
        return !strips && PartCount(normalizer) == 1 &&
               (cuts == nullptr || cuts->is_null() || TextOr(Member(*cuts, "type"), "") == "Split");
    }
    static size_t PartCount(const json::value* part) {
        const json::value* list = Member(*part, "normalizers");
        return list != nullptr && list->is_array() ? list->get_array().size() : 1;
    }

    /// GGUF does not say which spaces a token takes along, or that it is no part of a word.
    bool AddedTokensArePlain() {
        const json::value* list = Member(tokenizer_, "added_tokens");
        if (list == nullptr || !list->is_array()) return true;
        const json::value* normalizer = Member(tokenizer_, "normalizer");
        const bool normalizes = normalizer != nullptr && !normalizer->is_null();
        for (const json::value& token : list->get_array()) {
            for (const char* field : {"lstrip", "rstrip", "single_word"}) {
                if (IsTrue(Member(token, field))) return false;
            }
            if (normalizes && IsTrue(Member(token, "normalized"))) return false;
        }
        return true;
    }

    /// Whether what stands around a text is what add_bos_token and add_eos_token say.
    bool EndsAreFlags(std::string_view model) {
        const json::value* processor = Member(tokenizer_, "post_processor");
        if (model == "WordPiece") {
            return FindPart(processor, "BertProcessing") != nullptr ||
                   FindPart(processor, "TemplateProcessing") != nullptr;
        }
        if (FindPart(processor, "RobertaProcessing") != nullptr) return false;
        const json::value* part = FindPart(processor, "TemplateProcessing");
        const json::value* single = part == nullptr ? nullptr : Member(*part, "single");
        if (single == nullptr || !single->is_array()) return true;
        const auto bos = IdOf("bos_token"), eos = IdOf("eos_token");
        bool text_seen = false;
        for (const json::value& item : single->get_array()) {
            const json::value* special = Member(item, "SpecialToken");
            if (special == nullptr) {
                text_seen = true;
                continue;
            }
            const auto it = ids_.find(TextOr(Member(*special, "id"), ""));
            const auto& wanted = text_seen ? eos : bos;
            if (it == ids_.end() || !wanted || it->second != *wanted) return false;
        }
        return true;
    }

    /// GGUF's "bert" means lower case; [CLS] and [SEP] around a text go without saying.
    bool AddWordPiece() {
        Set("tokenizer.ggml.model", std::string("bert"));
        Set("tokenizer.ggml.pre", std::string("default"));
        const json::value* normalizer =
            FindPart(Member(tokenizer_, "normalizer"), "BertNormalizer");
        const bool lower = normalizer != nullptr && IsTrue(Member(*normalizer, "lowercase"));
        Set("tokenizer.ggml.normalizer.lowercase", lower);
        for (const auto& [token, key] : {std::pair{"[CLS]", "tokenizer.ggml.bos_token_id"},
                                         {"[SEP]", "tokenizer.ggml.eos_token_id"}}) {
            if (const auto it = ids_.find(token); it != ids_.end()) Set(key, it->second);
        }
        return lower;
    }

    /// SentencePiece merges by score; the order of merges gives scores of the same order.
    void AddSentencePiece(const json::value& model, const std::vector<std::string>& merges) {
        Set("tokenizer.ggml.model", std::string("llama"));
        Set("tokenizer.ggml.pre", std::string("default"));
        scores_.assign(tokens_.size(), -1e6);
        double rank = 0;
        for (const std::string& merge : merges) {
            const size_t space = merge.find(' ', 1);
            if (space == merge.npos) continue;
            const auto it = ids_.find(merge.substr(0, space) + merge.substr(space + 1));
            rank += 1;
            if (it == ids_.end()) continue;
            double& score = scores_[static_cast<size_t>(it->second)];
            if (score <= -1e6) score = -rank;
        }
        for (size_t i = 0; i < tokens_.size(); ++i) {
            const std::string& token = tokens_[i];
            if (token.size() == 6 && token.starts_with("<0x") && token.back() == '>') {
                types_[i] = kByte;
                scores_[i] = 0;
            }
        }
        MarkUnknown(TextOr(Member(model, "unk_token"), "<unk>"));
        // A leading space: by a Prepend normalizer, or Metaspace with its prepend scheme.
        const json::value* normalizer = Member(tokenizer_, "normalizer");
        const json::value* metaspace = FindPart(Member(tokenizer_, "pre_tokenizer"), "Metaspace");
        const bool prepends = FindPart(normalizer, "Prepend") != nullptr ||
                              (metaspace != nullptr &&
                               TextOr(Member(*metaspace, "prepend_scheme"), "always") != "never");
        Set("tokenizer.ggml.add_space_prefix", prepends);
    }

    void MarkUnknown(const std::string& token) {
        const auto it = ids_.find(token);
        if (it == ids_.end()) return;
        types_[static_cast<size_t>(it->second)] = kUnknown;
        Set("tokenizer.ggml.unknown_token_id", it->second);
    }

    Result<void> ReadUnigram(const json::value& model) {
        const json::value* vocab = Member(model, "vocab");
        if (vocab == nullptr || !vocab->is_array()) {
            return Err(ErrorCode::kCorrupt, "model.vocab is no array");
        }
        for (const json::value& entry : vocab->get_array()) {
            if (!entry.is_array() || entry.get_array().size() != 2 ||
                !entry.get_array()[0].is_string() || !entry.get_array()[1].is_number()) {
                return Err(ErrorCode::kCorrupt,
                           "model.vocab has an entry that is no [text, score]");
            }
            const auto id = static_cast<int64_t>(scores_.size());
            ARGOSY_CHECK_OK(SetToken(id, std::string(entry.get_array()[0].get_string()), kNormal));
            scores_.push_back(entry.get_array()[1].to_number<double>());
        }
        Set("tokenizer.ggml.model", std::string("t5"));
        Set("tokenizer.ggml.pre", std::string("default"));
        const json::value* unknown = Member(model, "unk_id");
        if (unknown != nullptr && unknown->is_int64() && unknown->get_int64() >= 0 &&
            static_cast<size_t>(unknown->get_int64()) < tokens_.size()) {
            types_[static_cast<size_t>(unknown->get_int64())] = kUnknown;
            Set("tokenizer.ggml.unknown_token_id", unknown->get_int64());
        }
        const json::value* metaspace = FindPart(Member(tokenizer_, "pre_tokenizer"), "Metaspace");
        Set("tokenizer.ggml.add_space_prefix", metaspace != nullptr);
        Set("tokenizer.ggml.remove_extra_whitespaces", true);
        if (const auto* part = FindPart(Member(tokenizer_, "normalizer"), "Precompiled")) {
            const auto map = DecodeBase64(TextOr(Member(*part, "precompiled_charsmap"), ""));
            if (!map) return Err(ErrorCode::kCorrupt, "precompiled_charsmap is no base64");
            std::vector<int64_t> bytes;
            for (const char c : *map) bytes.push_back(static_cast<unsigned char>(c));
            if (!bytes.empty())
                Set("tokenizer.ggml.precompiled_charsmap", MetaArray(std::move(bytes)));
        }
        return {};
    }

    Result<void> ReadAddedTokens() {
        const json::value* list = Member(tokenizer_, "added_tokens");
        if (list == nullptr || !list->is_array()) return {};
        for (const json::value& token : list->get_array()) {
            const json::value* id = Member(token, "id");
            const json::value* text = Member(token, "content");
            if (id == nullptr || !id->is_int64() || text == nullptr || !text->is_string()) {
                return Err(ErrorCode::kCorrupt, "added_tokens has an entry without id and content");
            }
            const auto known = static_cast<uint64_t>(id->get_int64()) < types_.size()
                                   ? types_[static_cast<size_t>(id->get_int64())]
                                   : kUnused;
            const int64_t type = known == kUnknown                  ? kUnknown
                                 : IsTrue(Member(token, "special")) ? kControl
                                                                    : kUserDefined;
            ARGOSY_CHECK_OK(SetToken(id->get_int64(), std::string(text->get_string()), type));
        }
        if (!scores_.empty()) scores_.resize(tokens_.size(), -1000.0);
        return {};
    }

    /// GGUF writes a word's beginning with U+2581 and its continuations bare.
    void WritePhantomSpaces() {
        for (size_t i = 0; i < tokens_.size(); ++i) {
            if (types_[i] != kNormal) continue;
            if (tokens_[i].starts_with("##")) {
                tokens_[i].erase(0, 2);
            } else {
                tokens_[i].insert(0, "\xe2\x96\x81");
            }
        }
    }

    /// As many tokens as the model has rows for.
    void Pad() {
        std::string architecture;
        if (const auto it = metadata_.find("general.architecture"); it != metadata_.end()) {
            architecture = std::get<std::string>(it->second);
        }
        const auto size = metadata_.find(architecture + ".vocab_size");
        if (size == metadata_.end() || !std::holds_alternative<int64_t>(size->second)) return;
        const auto wanted =
            static_cast<size_t>(std::min(std::get<int64_t>(size->second), kMaxTokens));
        for (size_t i = tokens_.size(); i < wanted; ++i) {
            tokens_.push_back(fmt::format("[PAD{}]", i));
            types_.push_back(kUnused);
            if (!scores_.empty()) scores_.push_back(-10000.0);
        }
    }

    std::optional<int64_t> IdOf(std::string_view field) {
        const json::value* value = Member(config_, field);
        if (value != nullptr && value->is_object()) value = Member(*value, "content");
        if (value == nullptr || !value->is_string()) return std::nullopt;
        const auto it = ids_.find(std::string(value->get_string()));
        if (it == ids_.end()) return std::nullopt;
        return it->second;
    }

    void AddSpecialIds() {
        constexpr std::pair<std::string_view, std::string_view> kFields[] = {
            {"bos_token", "bos"},       {"eos_token", "eos"},     {"unk_token", "unknown"},
            {"sep_token", "seperator"}, {"pad_token", "padding"}, {"cls_token", "cls"},
            {"mask_token", "mask"}};
        for (const auto& [field, key] : kFields) {
            if (const auto id = IdOf(field))
                Set(fmt::format("tokenizer.ggml.{}_token_id", key), *id);
        }
    }

    void AddEndsOfText() {
        for (const auto& [field, key, token] :
             {std::array<std::string_view, 3>{"add_bos_token", "tokenizer.ggml.add_bos_token",
                                              "bos_token"},
              {"add_eos_token", "tokenizer.ggml.add_eos_token", "eos_token"}}) {
            const json::value* given = Member(config_, field);
            const bool add = given != nullptr && given->is_bool() ? given->get_bool()
                                                                  : TemplateAdds(IdOf(token));
            Set(std::string(key), add);
        }
    }

    /// Whether the post-processor puts this token around a text.
    bool TemplateAdds(std::optional<int64_t> id) {
        const json::value* processor =
            FindPart(Member(tokenizer_, "post_processor"), "TemplateProcessing");
        const json::value* single = processor == nullptr ? nullptr : Member(*processor, "single");
        if (!id || single == nullptr || !single->is_array()) return false;
        for (const json::value& item : single->get_array()) {
            const json::value* special = Member(item, "SpecialToken");
            if (special == nullptr) continue;
            const auto it = ids_.find(TextOr(Member(*special, "id"), ""));
            if (it != ids_.end() && it->second == *id) return true;
        }
        return false;
    }

    Metadata& metadata_;
    const json::value& tokenizer_;
    const json::value& config_;
    std::vector<std::string> tokens_;
    std::vector<int64_t> types_;
    std::vector<double> scores_;
    std::unordered_map<std::string, int64_t> ids_;
};

}  // namespace

Result<void> AddGgufTokenizerKeys(Metadata& metadata) {
    const auto text = metadata.find(kJsonKey);
    if (text == metadata.end() || metadata.contains("tokenizer.ggml.tokens")) return {};
    auto tokenizer = ParseJson(std::get<std::string>(text->second));
    if (!tokenizer) return At("tokenizer.json", std::move(tokenizer.error()));
    json::value config;
    if (const auto it = metadata.find(kConfigKey); it != metadata.end()) {
        auto parsed = ParseJson(std::get<std::string>(it->second));
        if (!parsed) return At("tokenizer_config.json", std::move(parsed.error()));
        config = *std::move(parsed);
    }
    auto complete = TokenizerKeys(metadata, *tokenizer, config).Add();
    if (!complete) return At("tokenizer.json", std::move(complete.error()));
    if (*complete) {
        metadata.erase(std::string(kJsonKey));
        metadata.erase(std::string(kConfigKey));
    }
    return {};
}

}  // namespace argosy
