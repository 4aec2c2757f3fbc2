#include "model/tokenizers/gguf_tokenizer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "model/tokenizers/bpe_model.h"
#include "model/tokenizers/gguf_pre_tokenizer.h"
#include "model/tokenizers/pipeline_tokenizer.h"
#include "model/tokenizers/unigram_model.h"
#include "model/tokenizers/utf8.h"
#include "model/tokenizers/wordpiece_model.h"

namespace argosy::tokenizers {

namespace {

constexpr const char* kSpaceMark = "\xe2\x96\x81";
using Kind = TemplateItem::Kind;

class GgufLoader {
  public:
    explicit GgufLoader(const ModelFile& model) : model_(model) {}

    Result<std::unique_ptr<Tokenizer>> Load() {
        const auto model = model_.GetString("tokenizer.ggml.model");
        if (!model) {
            return Err(
                model_.Find("tokenizer.ggml.model") == nullptr ? ErrorCode::kNotFound
                                                               : ErrorCode::kCorrupt,
                "metadata key tokenizer.ggml.model is no text (a Hugging Face folder has its "
                "tokenizer in tokenizer.json)");
        }
        const std::string& kind = kind_ = *model;
        ARGOSY_CHECK_OK(ReadVocabulary());
        ReadAddedTokens();
        if (kind == "gpt2") {
            ARGOSY_CHECK_OK(MakeByteBpe());
        } else if (kind == "llama") {
            ARGOSY_CHECK_OK(MakeSentencePiece());
        } else if (kind == "bert") {
            MakeBert();
        } else if (kind == "t5") {
            ARGOSY_CHECK_OK(MakeT5());
        } else {
            return Err(ErrorCode::kUnsupported,
                       "tokenizer.ggml.model \"{}\" is unknown; known are bert, gpt2, llama, t5",
                       kind);
        }
        CollectStops();
        return MakePipelineTokenizer(std::move(parts_));
    }

  private:
    Vocabulary& vocabulary() { return *parts_.vocabulary; }

    Result<void> ReadVocabulary() {
        const auto* tokens = model_.GetStrings("tokenizer.ggml.tokens");
        if (tokens == nullptr) {
            return Err(model_.Find("tokenizer.ggml.tokens") == nullptr ? ErrorCode::kNotFound
                                                                       : ErrorCode::kCorrupt,
                       "metadata key tokenizer.ggml.tokens is no array of texts");
        }
        std::vector<int64_t> types;
        ARGOSY_CHECK_OK(ReadIntegers("tokenizer.ggml.token_type", tokens->size(), types));
        parts_.vocabulary = std::make_unique<Vocabulary>();
        for (size_t i = tokens->size(); i-- > 0;) {
            const int64_t type = i < types.size() ? types[i] : 1;
            if (type < 0 || type > 6) {
                return Err(ErrorCode::kCorrupt,
                           "tokenizer.ggml.token_type: token {} has type {}; types are 1 to 6", i,
                           type);
            }
            ARGOSY_CHECK_OK(vocabulary().Set(static_cast<int64_t>(i), (*tokens)[i],
                                             static_cast<TokenKind>(type == 0 ? 1 : type)));
        }
        parts_.bos = Id("bos");
        parts_.eos = Id("eos");
        // Some files leave the type of their special tokens out.
        for (const char* name : {"bos", "eos", "eot", "eom"}) {
            const auto id = Id(name);
            if (id && types.empty()) vocabulary().SetKind(*id, TokenKind::kControl);
        }
        vocabulary().Index();
        return {};
    }

    Result<void> ReadIntegers(const char* key, size_t count, std::vector<int64_t>& out) {
        const MetaValue* value = model_.Find(key);
        if (value == nullptr) return {};
        const auto* array = std::get_if<MetaArray>(value);
        const auto* integers = array == nullptr ? nullptr : std::get_if<0>(array);
        if (integers == nullptr) {
            return Err(ErrorCode::kCorrupt, "metadata key {} is no array of integers", key);
        }
        if (integers->size() != count) {
            return Err(ErrorCode::kCorrupt, "metadata key {} has {} entries for {} tokens", key,
                       integers->size(), count);
        }
        out = *integers;
        return {};
    }

    Result<std::vector<double>> ReadScores() {
        const char* key = "tokenizer.ggml.scores";
        const MetaValue* value = model_.Find(key);
        const auto* array = value == nullptr ? nullptr : std::get_if<MetaArray>(value);
        std::vector<double> scores;
        if (array != nullptr) {
            if (const auto* floats = std::get_if<1>(array)) scores = *floats;
            if (const auto* integers = std::get_if<0>(array)) {
                scores.assign(integers->begin(), integers->end());
            }
        }
        if (scores.size() != static_cast<size_t>(vocabulary().size())) {
            return Err(value == nullptr ? ErrorCode::kNotFound : ErrorCode::kCorrupt,
                       "metadata key {} has {} numbers for {} tokens", key, scores.size(),
                       vocabulary().size());
        }
        return scores;
    }

    /// A special token's id, where the file names one that exists; else what the kind implies.
    std::optional<TokenId> Id(std::string_view name) {
        auto id = model_.GetInt(fmt::format("tokenizer.ggml.{}_token_id", name));
        if (!id) id = ImpliedId(name);
        if (!id || *id < 0 || *id >= vocabulary().size()) return std::nullopt;
        return static_cast<TokenId>(*id);
    }
    std::optional<int64_t> ImpliedId(std::string_view name) const {
        const bool llama = kind_ == "llama", t5 = kind_ == "t5";
        if (name == "bos" && llama) return 1;
        if (name == "eos" && (llama || t5)) return llama ? 2 : 1;
        if (name == "unknown" && (llama || t5)) return llama ? 0 : 2;
        return std::nullopt;
    }
    bool Flag(std::string_view name, bool fallback) {
        return model_.GetBool(fmt::format("tokenizer.ggml.{}", name)).value_or(fallback);
    }

    void ReadAddedTokens() {
        std::string name = model_.GetString("general.name").value_or("");
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        // GGUF does not say what a token strips; these models' do.
        const bool phi3 = name.find("phi-3") != name.npos || name.find("phi3") != name.npos;
        for (TokenId id = 0; id < vocabulary().size(); ++id) {
            const TokenKind kind = vocabulary().Kind(id);
            if (kind != TokenKind::kControl && kind != TokenKind::kUserDefined &&
                kind != TokenKind::kUnknown) {
                continue;
            }
            AddedToken token;
            token.text = vocabulary().Text(id);
            // Longer ones exist in no model; they could be written by nobody.
            if (token.text.size() > kMaxAddedTokenBytes) continue;
            token.id = id;
            token.special = kind != TokenKind::kUserDefined;
            token.rstrip = phi3 && token.special && token.text != "<unk>" && token.text != "<s>" &&
                           token.text != "<|endoftext|>";
            parts_.added.push_back(std::move(token));
        }
    }

    Result<void> MakeByteBpe() {
        const std::string name = model_.GetString("tokenizer.ggml.pre").value_or("default");
        ARGOSY_TRY(GgufPreTokenizer pre, FindGgufPreTokenizer(name));
        parts_.pre_tokenizers = std::move(pre.steps);
        if (pre.normalize_nfc) {
            parts_.normalizers.push_back(MakeUnicodeForm(UnicodeForm::kNfc));
        }
        if (Flag("add_space_prefix", false)) {
            parts_.pre_tokenizers.insert(parts_.pre_tokenizers.begin(), MakeLeadingSpace());
        }
        const auto* lines = model_.GetStrings("tokenizer.ggml.merges");
        if (lines == nullptr) {
            return Err(ErrorCode::kCorrupt,
                       "metadata key tokenizer.ggml.merges is no array of texts");
        }
        std::vector<std::pair<std::string_view, std::string_view>> merges;
        merges.reserve(lines->size());
        for (const std::string& line : *lines) {
            const size_t space = line.find(' ', 1);
            if (space == line.npos) {
                return Err(ErrorCode::kCorrupt, "tokenizer.ggml.merges: entry {} \"{}\" is no pair",
                           merges.size(), line.substr(0, 64));
            }
            const std::string_view pair = line;
            merges.emplace_back(pair.substr(0, space), pair.substr(space + 1));
        }
        BpeOptions options;
        options.ignore_merges = pre.ignore_merges;
        options.unknown = Id("unknown").value_or(-1);
        auto model = BpeModel::FromMerges(vocabulary(), options, merges, true);
        if (!model) return At("tokenizer.ggml.merges", std::move(model.error()));
        parts_.model = *std::move(model);
        parts_.decoder.join = DecoderSpec::Join::kByteLevel;
        AddEnds(pre.add_bos, false);
        if (name == "roberta-bpe" || name == "jina-v1-en" || name == "jina-v2-code") {
            PairAsRoberta();
        }
        return {};
    }

    Result<void> MakeSentencePiece() {
        ARGOSY_TRY(const std::vector<double> scores, ReadScores());
        if (Flag("add_space_prefix", true)) parts_.normalizers.push_back(MakePrepend(kSpaceMark));
        parts_.normalizers.push_back(MakeReplace(" ", kSpaceMark));
        BpeOptions options;
        options.bytes = false;
        options.byte_fallback = true;
        options.unknown = Id("unknown").value_or(-1);
        parts_.model = BpeModel::FromScores(vocabulary(), options, scores);
        DecodeStep spaces{DecodeStep::Kind::kReplace, kSpaceMark, " ", {}};
        parts_.decoder.steps.push_back(std::move(spaces));
        parts_.decoder.join = DecoderSpec::Join::kByteRuns;
        if (Flag("add_space_prefix", true)) {
            parts_.decoder.strip = ' ';
            parts_.decoder.strip_count = 1;
        }
        AddEnds(true, false);
        return {};
    }

    Result<void> MakeT5() {
        ARGOSY_TRY(std::vector<double> scores, ReadScores());
        if (const MetaValue* map = model_.Find("tokenizer.ggml.precompiled_charsmap")) {
            const auto* array = std::get_if<MetaArray>(map);
            const auto* bytes = array == nullptr ? nullptr : std::get_if<0>(array);
            if (bytes == nullptr) {
                return Err(ErrorCode::kCorrupt,
                           "tokenizer.ggml.precompiled_charsmap is no array of bytes");
            }
            std::string blob;
            for (const int64_t byte : *bytes) blob.push_back(static_cast<char>(byte));
            ARGOSY_TRY(auto characters, MakeCharacterMap(std::move(blob)));
            parts_.normalizers.push_back(std::move(characters));
        }
        if (Flag("remove_extra_whitespaces", true)) {
            parts_.normalizers.push_back(MakeRemoveExtraSpaces());
        }
        const bool prefix = Flag("add_space_prefix", true);
        parts_.pre_tokenizers.push_back(MakeMetaspace(
            kSpaceMark, prefix ? PrependScheme::kAlways : PrependScheme::kNever, true));
        UnigramOptions options;
        options.unknown = Id("unknown").value_or(-1);
        auto model = MakeUnigram(vocabulary(), std::move(scores), options);
        if (!model) return At("tokenizer.ggml.scores", std::move(model.error()));
        parts_.model = *std::move(model);
        parts_.decoder.steps.push_back({DecodeStep::Kind::kMetaspace, kSpaceMark, "", {}, prefix});
        AddEnds(false, true);
        PairAsRoberta();
        return {};
    }

    /// Models with both ends: <s> a </s></s> b </s>, all of type 0.
    void PairAsRoberta() {
        if (parts_.single.size() == 3 && parts_.bos && parts_.eos) {
            parts_.pair = {
                {Kind::kToken, *parts_.bos}, {Kind::kFirst},  {Kind::kToken, *parts_.eos},
                {Kind::kToken, *parts_.eos}, {Kind::kSecond}, {Kind::kToken, *parts_.eos}};
        }
    }

    void MakeBert() {
        BertNormalizerOptions normalizer;
        normalizer.lowercase = Flag("normalizer.lowercase", true);
        normalizer.strip_accents = Flag("normalizer.strip_accents", normalizer.lowercase);
        parts_.normalizers.push_back(MakeBertNormalizer(normalizer));
        AppendBertPreTokenizers(parts_.pre_tokenizers);
        WordPieceOptions options;
        options.begin_mark = kSpaceMark;
        options.unknown = Id("unknown").value_or(vocabulary().Find("[UNK]"));
        parts_.model = MakeWordPiece(vocabulary(), options);
        // Tokens that begin a word carry the mark, which is a space but at the very beginning.
        parts_.decoder.steps.push_back(
            {DecodeStep::Kind::kMarkedWords, kSpaceMark, "##", {}, true});
        const auto cls = Id("cls") ? Id("cls") : parts_.bos;
        const auto sep = Id("seperator")   ? Id("seperator")
                         : Id("separator") ? Id("separator")
                                           : parts_.eos;
        // Files of old converters do not name them.
        SetTemplates(cls ? cls : Named("[CLS]"), sep ? sep : Named("[SEP]"),
                     sep ? sep : Named("[SEP]"));
    }

    std::optional<TokenId> Named(std::string_view text) {
        const TokenId id = vocabulary().Find(text);
        return id < 0 ? std::nullopt : std::optional(id);
    }

    void AddEnds(bool bos, bool eos) {
        const bool with_bos = Flag("add_bos_token", bos), with_eos = Flag("add_eos_token", eos);
        SetTemplates(with_bos ? parts_.bos : std::nullopt, with_eos ? parts_.eos : std::nullopt,
                     Flag("add_sep_token", false) ? Id("seperator") : std::nullopt);
    }

    void SetTemplates(std::optional<TokenId> first, std::optional<TokenId> last,
                      std::optional<TokenId> between) {
        parts_.single.clear();
        parts_.pair.clear();
        if (first) parts_.single.push_back({Kind::kToken, *first});
        parts_.single.push_back({Kind::kFirst});
        parts_.pair = parts_.single;
        if (between) parts_.pair.push_back({Kind::kToken, *between});
        if (first && !between) parts_.pair.push_back({Kind::kToken, *first, 1});
        parts_.pair.push_back({Kind::kSecond, -1, 1});
        if (!last) return;
        parts_.single.push_back({Kind::kToken, *last});
        parts_.pair.push_back({Kind::kToken, *last, 1});
    }

    void CollectStops() {
        std::vector<TokenId> stops;
        for (const char* name : {"eos", "eot", "eom"}) {
            if (const auto id = Id(name)) stops.push_back(*id);
        }
        parts_.stop_tokens = CollectStopTokens(vocabulary(), std::move(stops));
    }

    const ModelFile& model_;
    std::string kind_;
    PipelineParts parts_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> LoadGgufTokenizer(const ModelFile& model) {
    auto tokenizer = GgufLoader(model).Load();
    if (!tokenizer) return At(model.path().string(), std::move(tokenizer.error()));
    return tokenizer;
}

}  // namespace argosy::tokenizers
