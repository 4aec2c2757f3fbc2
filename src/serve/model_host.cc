#include "serve/model_host.h"

#include "base/json.h"
#include "model/convert.h"

namespace argosy::serve {

namespace {

Result<std::unique_ptr<ModelFile>> OpenSource(const std::string& source,
                                              const FetchOptions& fetch) {
    ARGOSY_TRY(const FetchedModel fetched, FetchModel(source, fetch));
    return OpenModel(fetched.path);
}

// "models/qwen3-0.6b-q8_0.gguf" and "models/qwen3-0.6b-q8_0/" are both "qwen3-0.6b-q8_0".
std::string NameOf(const ModelFile& file) {
    std::filesystem::path path = file.path();
    if (!path.has_filename()) path = path.parent_path();
    return path.extension() == ".gguf" ? path.stem().string() : path.filename().string();
}

// The model's authors know which sampling suits it; what they did not write stays OpenAI's default.
SamplingParams DefaultsOf(const ModelFile& file) {
    SamplingParams params;
    const auto text = file.GetString("argosy.generation_config_json");
    if (!text) return params;
    const auto parsed = ParseJson(*text);
    if (!parsed || !parsed->is_object()) return params;
    const auto read = [&](const char* name, auto& out) {
        const json::value* value = parsed->as_object().if_contains(name);
        if (value == nullptr || !value->is_number()) return;
        out = static_cast<std::remove_reference_t<decltype(out)>>(value->to_number<double>());
    };
    read("temperature", params.temperature);
    read("top_k", params.top_k);
    read("top_p", params.top_p);
    read("min_p", params.min_p);
    read("typical_p", params.typical_p);
    read("repetition_penalty", params.repetition_penalty);
    const json::value* sample = parsed->as_object().if_contains("do_sample");
    if (sample != nullptr && sample->is_bool() && !sample->as_bool()) params.temperature = 0;
    return params;
}

void Apply(const SamplingDefaults& wanted, SamplingParams& params) {
    if (wanted.temperature) params.temperature = static_cast<float>(*wanted.temperature);
    if (wanted.top_p) params.top_p = static_cast<float>(*wanted.top_p);
    if (wanted.top_k) params.top_k = *wanted.top_k;
    if (wanted.max_tokens) params.max_tokens = *wanted.max_tokens;
    if (!wanted.stop.empty()) params.stop = wanted.stop;
}

Result<std::unique_ptr<ModelRunner>> LoadDraft(const HostOptions& options) {
    if (options.engine.draft_model.empty()) return nullptr;
    ARGOSY_TRY(std::shared_ptr<const ModelFile> file,
               OpenSource(options.engine.draft_model.string(), options.fetch));
    return LoadRunner(std::move(file), options.engine);
}

}  // namespace

Result<std::unique_ptr<ModelHost>> ModelHost::Open(HostOptions options) {
    std::unique_ptr<ModelHost> host(new ModelHost);
    ARGOSY_TRY(std::unique_ptr<ModelFile> file, OpenSource(options.source, options.fetch));
    if (!options.quant.empty()) {
        ARGOSY_TRY(file, QuantizeModel(std::move(file), options.quant, options.engine.threads));
    }
    host->file_ = std::move(file);
    host->name_ = options.name.empty() ? NameOf(*host->file_) : options.name;
    ARGOSY_TRY(host->memory_, PlanMemory(*host->file_, options.engine));
    ARGOSY_TRY(host->tokenizer_, LoadTokenizer(*host->file_));
    ARGOSY_TRY(ChatFormat chat, ChatFormat::Load(*host->file_, *host->tokenizer_,
                                                 {.source = options.chat_template}));
    host->chat_ = std::move(chat);
    host->defaults_ = DefaultsOf(*host->file_);
    Apply(options.sampling, host->defaults_);
    ARGOSY_TRY(auto draft, LoadDraft(options));
    ARGOSY_TRY(auto runner, LoadRunner(host->file_, options.engine));
    ARGOSY_TRY(host->engine_, Engine::Start(std::move(runner), *host->tokenizer_, options.engine,
                                            std::move(draft)));
    for (const auto& [name, path] : options.adapters) {
        ARGOSY_CHECK_OK(host->engine_->LoadAdapter(name, path));
    }
    return host;
}

}  // namespace argosy::serve
