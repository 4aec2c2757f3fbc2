#include "model/hf_config.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <optional>
#include <utility>

#include "model/text_file.h"

namespace argosy {

namespace {

struct KnownArchitecture {
    std::string_view hf, gguf;
};
constexpr KnownArchitecture kKnown[] = {
    {"LlamaForCausalLM", "llama"},
    {"LlamaModel", "llama"},
    {"MistralForCausalLM", "llama"},
    {"Qwen2ForCausalLM", "qwen2"},
    {"Qwen2Model", "qwen2"},
    {"Qwen3ForCausalLM", "qwen3"},
    {"Qwen3Model", "qwen3"},
    {"Qwen3ForSequenceClassification", "qwen3"},
    {"Gemma2ForCausalLM", "gemma2"},
    {"Gemma3ForCausalLM", "gemma3"},
    {"Gemma3ForConditionalGeneration", "gemma3"},
    {"Phi3ForCausalLM", "phi3"},
    {"BertModel", "bert"},
    {"BertForMaskedLM", "bert"},
    {"BertForSequenceClassification", "bert"},
    {"NomicBertModel", "nomic-bert"},
};

using Names = std::initializer_list<std::string_view>;

/// The first of the names that is there and not null.
const json::value* FindAny(const json::object& fields, Names names) {
    for (const std::string_view name : names) {
        const json::value* value = fields.if_contains(name);
        if (value != nullptr && !value->is_null()) return value;
    }
    return nullptr;
}

std::optional<double> NumberOf(const json::object& fields, Names names) {
    const json::value* value = FindAny(fields, names);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

std::optional<int64_t> IntOf(const json::object& fields, Names names) {
    const json::value* value = FindAny(fields, names);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return value->get_int64();
}

std::string TextOf(const json::object& fields, Names names) {
    const json::value* value = FindAny(fields, names);
    return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

/// Builds the metadata of one model; `Error` on what is wrong in the configuration.
class ConfigReader {
  public:
    ConfigReader(HfConfig& config) : config_(config), prefix_(config.architecture + ".") {}

    Result<void> Read() {
        ARGOSY_CHECK_OK(ReadSizes());
        Set("general.architecture", config_.architecture);
        Set("general.type", std::string("model"));
        SetTokenId("bos_token_id", "tokenizer.ggml.bos_token_id");
        SetTokenId("eos_token_id", "tokenizer.ggml.eos_token_id");
        Float("attention.layer_norm_rms_epsilon", {"rms_norm_eps"});
        Float("attention.layer_norm_epsilon", {"layer_norm_eps", "layer_norm_epsilon"});
        if (config_.architecture.find("bert") != std::string::npos) return ReadEncoder();
        ARGOSY_CHECK_OK(ReadDecoder());
        return ReadRope();
    }

  private:
    const json::object& fields() const { return config_.fields; }
    void Set(std::string key, MetaValue value) {
        config_.metadata[std::move(key)] = std::move(value);
    }
    void SetOwn(std::string_view key, MetaValue value) {
        Set(prefix_ + std::string(key), std::move(value));
    }
    void Float(std::string_view key, Names names) {
        if (const auto value = NumberOf(fields(), names)) SetOwn(key, *value);
    }

    /// A token that the tokenizer's own files may name differently later; of several the first.
    void SetTokenId(std::string_view field, const std::string& key) {
        const json::value* value = FindAny(fields(), {field});
        if (value && value->is_array() && !value->get_array().empty()) {
            value = &value->get_array().front();
        }
        if (value == nullptr || !value->is_int64()) return;
        const int64_t vocabulary = IntOf(fields(), {"vocab_size"}).value_or(0);
        if (value->get_int64() >= 0 && value->get_int64() < vocabulary)
            Set(key, value->get_int64());
    }

    Result<int64_t> Size(Names names) {
        const auto value = IntOf(fields(), names);
        if (!value || *value <= 0 || *value > (int64_t{1} << 31)) {
            return Err(ErrorCode::kCorrupt, "{} is {}", *names.begin(),
                       value ? fmt::format("{}, not a size", *value) : "missing or no integer");
        }
        return *value;
    }
    Result<int64_t> SizeOr(Names names, int64_t fallback) {
        if (FindAny(fields(), names) == nullptr) return fallback;
        return Size(names);
    }

    Result<void> ReadSizes() {
        ARGOSY_TRY(const int64_t layers, Size({"num_hidden_layers", "n_layer"}));
        ARGOSY_TRY(const int64_t width, Size({"hidden_size", "n_embd"}));
        ARGOSY_TRY(config_.heads, Size({"num_attention_heads", "n_head"}));
        ARGOSY_TRY(const int64_t feed_forward, Size({"intermediate_size", "n_inner"}));
        ARGOSY_TRY(context_, SizeOr({"max_position_embeddings", "n_positions"}, 131072));
        ARGOSY_TRY(config_.kv_heads, SizeOr({"num_key_value_heads"}, config_.heads));
        ARGOSY_TRY(config_.head_size, SizeOr({"head_dim"}, width / config_.heads));
        ARGOSY_TRY(const int64_t vocabulary, Size({"vocab_size"}));
        if (config_.heads % config_.kv_heads != 0) {
            return Err(ErrorCode::kCorrupt,
                       "num_attention_heads ({}) is no multiple of num_key_value_heads ({})",
                       config_.heads, config_.kv_heads);
        }
        layers_ = layers;
        SetOwn("block_count", layers);
        SetOwn("embedding_length", width);
        SetOwn("feed_forward_length", feed_forward);
        SetOwn("attention.head_count", config_.heads);
        SetOwn("vocab_size", vocabulary);
        SetOwn("context_length", context_);
        return {};
    }

    Result<void> ReadEncoder() {
        SetOwn("attention.causal", false);
        ARGOSY_TRY(const int64_t types, SizeOr({"type_vocab_size"}, 2));
        Set("tokenizer.ggml.token_type_count", types);
        if (config_.architecture == "nomic-bert") {
            const auto base = NumberOf(fields(), {"rotary_emb_base"});
            SetOwn("rope.freq_base", base.value_or(10000.0));
            // Trained for 2,048 tokens; 8,192 are claimed with a scaling of RoPE at run time.
            if (context_ == 8192) SetOwn("context_length", int64_t{2048});
        }
        return {};
    }

    Result<void> ReadDecoder() {
        SetOwn("attention.head_count_kv", config_.kv_heads);
        SetOwn("attention.key_length", config_.head_size);
        SetOwn("attention.value_length", config_.head_size);
        Float("attn_logit_softcapping", {"attn_logit_softcapping"});
        Float("final_logit_softcapping", {"final_logit_softcapping"});
        if (const auto scalar = NumberOf(fields(), {"query_pre_attn_scalar"});
            scalar && *scalar > 0) {
            SetOwn("attention.scale", 1.0 / std::sqrt(*scalar));
        }
        ReadSlidingWindow();
        return {};
    }

    /// Which layers slide: a period p where layers p - 1, 2 p - 1, ... see everything, else a flag
    /// a layer.
    void ReadSlidingWindow() {
        const auto window = IntOf(fields(), {"sliding_window"});
        const json::value* enabled = FindAny(fields(), {"use_sliding_window"});
        const bool off = enabled != nullptr && enabled->is_bool() && !enabled->get_bool();
        if (config_.architecture == "phi3") {
            SetOwn("attention.sliding_window", window.value_or(0));  // 0: none, as llama.cpp has it
            return;
        }
        if (!window || *window <= 0 || off) return;
        std::vector<bool> slides;
        if (const json::value* types = FindAny(fields(), {"layer_types"});
            types && types->is_array()) {
            for (const json::value& type : types->get_array()) {
                slides.push_back(type.is_string() && type.get_string() == "sliding_attention");
            }
        }
        const bool qwen = config_.architecture.starts_with("qwen");
        if (slides.empty() && qwen) {
            const int64_t full = IntOf(fields(), {"max_window_layers"}).value_or(layers_);
            for (int64_t i = 0; i < layers_; ++i) slides.push_back(i >= full);
        }
        if (std::ranges::count(slides, true) == 0 && !slides.empty()) return;
        SetOwn("attention.sliding_window", *window);
        SetPattern(slides);
    }

    void SetPattern(const std::vector<bool>& slides) {
        constexpr std::string_view kKey = "attention.sliding_window_pattern";
        if (slides.empty()) {
            const int64_t usual = config_.architecture == "gemma2"   ? 2
                                  : config_.architecture == "gemma3" ? 6
                                                                     : 0;
            const int64_t period = IntOf(fields(), {"sliding_window_pattern"}).value_or(usual);
            if (period > 0) SetOwn(kKey, period);
            return;
        }
        const auto full = std::ranges::find(slides, false);
        if (full == slides.end()) {  // all slide
            SetOwn(kKey, IntOf(fields(), {"sliding_window_pattern"}).value_or(layers_ + 1));
            return;
        }
        const auto period = full - slides.begin() + 1;
        for (size_t i = 0; i < slides.size(); ++i) {
            if (slides[i] != ((static_cast<int64_t>(i) + 1) % period != 0)) {
                SetOwn(kKey, MetaArray(slides));
                return;
            }
        }
        SetOwn(kKey, int64_t{period});
    }

    /// rope_parameters (transformers 5; one a kind of layer for gemma3) or rope_theta and
    /// rope_scaling (before).
    Result<void> ReadRope() {
        json::object rope;
        if (const json::value* scaling = FindAny(fields(), {"rope_scaling"});
            scaling && scaling->is_object()) {
            rope = scaling->get_object();
        }
        auto local_base = NumberOf(fields(), {"rope_local_base_freq"});
        if (const json::value* given = FindAny(fields(), {"rope_parameters"});
            given && given->is_object()) {
            rope = given->get_object();
            if (const json::value* sliding = FindAny(rope, {"sliding_attention"});
                sliding && sliding->is_object()) {
                local_base = NumberOf(sliding->get_object(), {"rope_theta"});
            }
            if (const json::value* full = FindAny(rope, {"full_attention"});
                full && full->is_object()) {
                const json::object inner = full->get_object();
                rope = inner;
            }
        }
        const double usual = config_.architecture == "gemma3" ? 1e6 : 1e4;
        base_ = NumberOf(rope, {"rope_theta"})
                    .value_or(NumberOf(fields(), {"rope_theta"}).value_or(usual));
        SetOwn("rope.freq_base", base_);
        if (local_base) SetOwn("rope.freq_base_swa", *local_base);
        const double part =
            NumberOf(rope, {"partial_rotary_factor"})
                .value_or(NumberOf(fields(), {"partial_rotary_factor"}).value_or(1.0));
        if (!(part > 0 && part <= 1) || !(base_ > 0)) {
            return Err(ErrorCode::kCorrupt, "partial_rotary_factor or rope_theta is out of range");
        }
        rope_size_ = static_cast<int64_t>(part * static_cast<double>(config_.head_size));
        SetOwn("rope.dimension_count", rope_size_);
        return ReadScaling(rope);
    }

    Result<void> ReadScaling(const json::object& rope) {
        const std::string type = TextOf(rope, {"rope_type", "type"});
        const auto factor = NumberOf(rope, {"factor"});
        const auto original = IntOf(rope, {"original_max_position_embeddings"});
        if (config_.architecture == "phi3") {
            SetOwn("rope.scaling.original_context_length",
                   original.value_or(
                       IntOf(fields(), {"original_max_position_embeddings"}).value_or(context_)));
        }
        if (type.empty() || type == "default" || type == "dynamic" || type == "proportional")
            return {};
        if (type == "llama3") return AddLlama3Factors(rope);
        if (type == "su" || type == "longrope") return AddLongRope(rope);
        if (type != "linear" && type != "yarn") {
            return Err(ErrorCode::kUnsupported,
                       "rope type \"{}\" is not supported; known are default, dynamic, linear, "
                       "yarn, llama3, longrope",
                       type);
        }
        SetOwn("rope.scaling.type", type);
        SetOwn("rope.scaling.factor", factor.value_or(1.0));
        if (type == "linear") return {};
        SetOwn("rope.scaling.original_context_length", original.value_or(context_));
        const auto keep = [&](std::string_view key, Names names) {
            if (const auto value = NumberOf(rope, names)) SetOwn(key, *value);
        };
        keep("rope.scaling.yarn_ext_factor", {"extrapolation_factor"});
        keep("rope.scaling.yarn_attn_factor", {"attention_factor", "attn_factor"});
        keep("rope.scaling.yarn_beta_fast", {"beta_fast"});
        keep("rope.scaling.yarn_beta_slow", {"beta_slow"});
        return {};
    }

    /// Llama 3.1's scaling as divisors of the frequencies: 1 for short wavelengths, `factor` for
    /// long ones, a smooth passage between.
    Result<void> AddLlama3Factors(const json::object& rope) {
        const double factor = NumberOf(rope, {"factor"}).value_or(8.0);
        const double low = NumberOf(rope, {"low_freq_factor"}).value_or(1.0);
        const double high = NumberOf(rope, {"high_freq_factor"}).value_or(4.0);
        const double context =
            NumberOf(rope, {"original_max_position_embeddings"}).value_or(8192.0);
        if (!(factor > 0) || !(low > 0) || !(high > low)) {
            return Err(ErrorCode::kCorrupt, "rope scaling llama3 has factors out of order");
        }
        std::vector<float> factors;
        for (int64_t i = 0; i < rope_size_; i += 2) {
            const double exponent = static_cast<double>(i) / static_cast<double>(rope_size_);
            const double wavelength = 2 * std::numbers::pi * std::pow(base_, exponent);
            const double smooth = (context / wavelength - low) / (high - low);
            const double divisor = wavelength < context / high ? 1.0
                                   : wavelength > context / low
                                       ? factor
                                       : 1 / ((1 - smooth) / factor + smooth);
            factors.push_back(static_cast<float>(divisor));
        }
        config_.rope_tensors.emplace_back("rope_freqs.weight", std::move(factors));
        return {};
    }

    Result<void> AddLongRope(const json::object& rope) {
        SetOwn("rope.scaling.type", std::string("longrope"));
        const int64_t original = std::get<int64_t>(
            config_.metadata.contains(prefix_ + "rope.scaling.original_context_length")
                ? config_.metadata[prefix_ + "rope.scaling.original_context_length"]
                : MetaValue(IntOf(rope, {"original_max_position_embeddings"}).value_or(context_)));
        SetOwn("rope.scaling.original_context_length", original);
        const double scale = static_cast<double>(context_) / static_cast<double>(original);
        const double attention =
            scale > 1 ? std::sqrt(1 + std::log(scale) / std::log(static_cast<double>(original)))
                      : 1;
        SetOwn("rope.scaling.attn_factor",
               NumberOf(rope, {"attention_factor"}).value_or(attention));
        for (const auto& [field, tensor] :
             {std::pair{"long_factor", "rope_factors_long.weight"},
              std::pair{"short_factor", "rope_factors_short.weight"}}) {
            const json::value* list = FindAny(rope, {field});
            if (list == nullptr || !list->is_array() ||
                list->get_array().size() != static_cast<size_t>(rope_size_ / 2)) {
                return Err(ErrorCode::kCorrupt, "{} is no array of {} numbers", field,
                           rope_size_ / 2);
            }
            std::vector<float> factors;
            for (const json::value& value : list->get_array()) {
                if (!value.is_number()) {
                    return Err(ErrorCode::kCorrupt, "{} has an element that is no number", field);
                }
                factors.push_back(static_cast<float>(value.to_number<double>()));
            }
            config_.rope_tensors.emplace_back(tensor, std::move(factors));
        }
        return {};
    }

    HfConfig& config_;
    std::string prefix_;
    int64_t layers_ = 0, context_ = 0, rope_size_ = 0;
    double base_ = 1e4;
};

Result<std::string> FindArchitecture(const json::object& document, std::string& hf_name) {
    if (const json::value* list = FindAny(document, {"architectures"});
        list && list->is_array() && !list->get_array().empty() &&
        list->get_array().front().is_string()) {
        hf_name = std::string(list->get_array().front().get_string());
    }
    std::string known;
    for (const KnownArchitecture& architecture : kKnown) {
        if (architecture.hf == hf_name) return std::string(architecture.gguf);
        known += (known.empty() ? "" : ", ") + std::string(architecture.hf);
    }
    return Err(ErrorCode::kUnsupported, "architecture \"{}\" is not supported; known are {}",
               hf_name, known);
}

}  // namespace

Result<HfConfig> ReadHfConfig(const std::filesystem::path& folder) {
    const auto path = folder / "config.json";
    ARGOSY_TRY(json::object document, ReadJsonObject(path));
    HfConfig config;
    std::string hf_name;
    auto architecture = FindArchitecture(document, hf_name);
    if (!architecture) return At(path.string(), std::move(architecture.error()));
    config.architecture = *architecture;
    config.classifier = hf_name.ends_with("ForSequenceClassification");
    const json::value* tied = FindAny(document, {"tie_word_embeddings"});
    if (const json::value* text = FindAny(document, {"text_config"}); text && text->is_object()) {
        config.fields = text->get_object();
        if (tied == nullptr) tied = FindAny(config.fields, {"tie_word_embeddings"});
    } else {
        config.fields = document;
    }
    // Gemma's configurations leave the field out and mean true.
    config.tied_embeddings = tied != nullptr && tied->is_bool()
                                 ? tied->get_bool()
                                 : config.architecture.starts_with("gemma");
    config.metadata["general.name"] = std::filesystem::absolute(folder).filename().string();
    if (auto read = ConfigReader(config).Read(); !read) {
        return At(path.string(), std::move(read.error()));
    }
    return config;
}

}  // namespace argosy
