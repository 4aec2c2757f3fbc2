#include "model/tokenizers/json_tokenizer.h"

#include "model/tokenizers/json_parts.h"

namespace argosy::tokenizers {

namespace {

using Kind = TemplateItem::Kind;

class JsonLoader {
  public:
    JsonLoader(const json::value& tokenizer, const json::value& config,
               const json::value& generation)
        : tokenizer_(tokenizer), config_(config), generation_(generation) {}

    Result<std::unique_ptr<Tokenizer>> Load() {
        const json::value* pre_tokenizer = Member(tokenizer_, "pre_tokenizer");
        const json::value* model = Member(tokenizer_, "model");
        const bool over_bytes = EndsInByteLevel(pre_tokenizer) && model != nullptr &&
                                TextOr(*model, "continuing_subword_prefix", "").empty() &&
                                TextOr(*model, "end_of_word_suffix", "").empty() &&
                                !FlagOr(*model, "byte_fallback", false);
        ARGOSY_CHECK_OK(ReadModel(tokenizer_, over_bytes, parts_));
        if (const json::value* normalizer = Member(tokenizer_, "normalizer")) {
            ARGOSY_CHECK_OK(ReadNormalizer(*normalizer, parts_.normalizers));
        }
        if (pre_tokenizer != nullptr) {
            ARGOSY_CHECK_OK(ReadPreTokenizer(*pre_tokenizer, over_bytes, parts_.pre_tokenizers));
        }
        ARGOSY_TRY(parts_.decoder, ReadDecoder(Member(tokenizer_, "decoder")));
        FindEnds();
        if (const json::value* processor = Member(tokenizer_, "post_processor")) {
            ARGOSY_CHECK_OK(ReadPostProcessor(*processor, parts_));
        }
        ConfigureEnds();
        return MakePipelineTokenizer(std::move(parts_));
    }

  private:
    std::optional<TokenId> NamedToken(std::string_view field) {
        const json::value* value = Member(config_, field);
        if (value == nullptr) return std::nullopt;
        const std::string text =
            value->is_object() ? TextOr(*value, "content", "") : TextOr(config_, field, "");
        const TokenId id = text.empty() ? -1 : parts_.vocabulary->Find(text);
        return id < 0 ? std::nullopt : std::optional(id);
    }

    /// An id or an array of them.
    std::vector<TokenId> GenerationIds(std::string_view field) {
        std::vector<TokenId> ids;
        const auto add = [&](const json::value& value) {
            if (!value.is_int64() || value.get_int64() < 0) return;
            if (value.get_int64() < parts_.vocabulary->size()) {
                ids.push_back(static_cast<TokenId>(value.get_int64()));
            }
        };
        const json::value* value = Member(generation_, field);
        if (value == nullptr) return ids;
        add(*value);
        if (value->is_array()) {
            for (const json::value& each : value->get_array()) add(each);
        }
        return ids;
    }

    void FindEnds() {
        std::vector<TokenId> stops = GenerationIds("eos_token_id");
        parts_.bos = NamedToken("bos_token");
        parts_.eos = NamedToken("eos_token");
        if (!parts_.eos && !stops.empty()) parts_.eos = stops[0];
        if (const auto bos = GenerationIds("bos_token_id"); !parts_.bos && !bos.empty()) {
            parts_.bos = bos[0];
        }
        if (parts_.eos) stops.insert(stops.begin(), *parts_.eos);
        parts_.stop_tokens = CollectStopTokens(*parts_.vocabulary, std::move(stops));
    }

    /// What transformers' Llama classes do: the flags of tokenizer_config.json say what stands
    /// around a text, whatever the post-processor has.
    void ConfigureEnds() {
        const std::string name = TextOr(config_, "tokenizer_class", "");
        if (!name.starts_with("Llama") && !name.starts_with("CodeLlama") &&
            !name.starts_with("Gemma")) {
            return;
        }
        const bool says = Member(config_, "add_bos_token") != nullptr ||
                          Member(config_, "add_eos_token") != nullptr;
        if (!says && parts_.single.size() > 1) return;
        parts_.single = {{Kind::kFirst}};
        parts_.pair = {{Kind::kFirst}, {Kind::kSecond, -1, 1}};
        if (parts_.bos && FlagOr(config_, "add_bos_token", true)) {
            parts_.single.insert(parts_.single.begin(), {Kind::kToken, *parts_.bos});
            parts_.pair.insert(parts_.pair.begin() + 1, {Kind::kToken, *parts_.bos, 1});
            parts_.pair.insert(parts_.pair.begin(), {Kind::kToken, *parts_.bos});
        }
        if (parts_.eos && FlagOr(config_, "add_eos_token", false)) {
            parts_.single.push_back({Kind::kToken, *parts_.eos});
            parts_.pair.insert(parts_.pair.end() - (parts_.pair.size() > 3 ? 2 : 1),
                               {Kind::kToken, *parts_.eos});
            parts_.pair.push_back({Kind::kToken, *parts_.eos, 1});
        }
    }

    const json::value &tokenizer_, &config_, &generation_;
    PipelineParts parts_;
};

Result<json::value> ParseOptional(std::string_view text, const char* name) {
    if (text.empty()) return json::value();
    auto value = ParseJson(text);
    if (!value) return At(name, std::move(value.error()));
    return value;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> LoadJsonTokenizer(std::string_view tokenizer,
                                                     std::string_view config,
                                                     std::string_view generation) {
    auto document = ParseJson(tokenizer);
    if (!document) return At("tokenizer.json", std::move(document.error()));
    ARGOSY_TRY(const json::value config_value, ParseOptional(config, "tokenizer_config.json"));
    ARGOSY_TRY(const json::value generation_value,
               ParseOptional(generation, "generation_config.json"));
    auto loaded = JsonLoader(*document, config_value, generation_value).Load();
    if (!loaded) return At("tokenizer.json", std::move(loaded.error()));
    return loaded;
}

}  // namespace argosy::tokenizers
