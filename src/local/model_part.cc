#include "local/model_part.h"

#include <fstream>
#include <sstream>

#include "assistant/engine_chat_model.h"
#include "base/text.h"
#include "local/external_model.h"
#include "local/secrets.h"
#include "serve/engine_embedder.h"

namespace argosy::local {

namespace {

using resources::Engine;
using resources::Model;
using resources::ModelSpec;
using resources::Task;

Result<std::string> SourceOf(const std::string& source, const Surroundings& around) {
    constexpr std::string_view kShipped = "shipped://";
    if (source.starts_with(kShipped)) {
        ARGOSY_TRY(const auto file, around.paths.ShippedModel(source.substr(kShipped.size())));
        return file.string();
    }
    for (const char* scheme : {"oci://", "pvc://", "ollama://"}) {
        if (!source.starts_with(scheme)) continue;
        return Err(ErrorCode::kUnsupported,
                   "{} is fetched in a cluster only; on one machine use hf://, https://, s3://, "
                   "file:// or ./path",
                   source);
    }
    return Resolved(around, source);
}

Result<std::string> ReadText(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Err(ErrorCode::kNotFound, "cannot read the chat template {}", path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string EngineName(Engine engine) {
    for (const auto& choice : resources::Choices(Engine{})) {
        if (choice.value == engine) return std::string(choice.name);
    }
    return "?";
}

void ReadSizes(const ModelSpec& spec, EngineOptions& engine) {
    if (spec.context) engine.context_length = *spec.context;
    if (spec.kv_type) {
        for (const auto& choice : resources::Choices(resources::KvType{})) {
            if (choice.value == *spec.kv_type) engine.kv_type = choice.name;
        }
    }
    if (spec.resources.cpu) {
        engine.threads = static_cast<int32_t>((spec.resources.cpu->value + 999) / 1000);
    }
    if (spec.resources.memory) {
        engine.memory_limit_bytes = static_cast<uint64_t>(spec.resources.memory->value);
    }
}

FetchOptions FetchWith(const Surroundings& around, const StartContext& context) {
    FetchOptions fetch;
    fetch.offline = around.offline;
    fetch.environment = around.environment;
    fetch.cancelled = [stop = context.stop] { return stop.stop_requested(); };
    fetch.on_progress = [tell = context.progress](const FetchProgress& at) {
        const std::string of =
            at.total_bytes == 0 ? "" : fmt::format(" of {}", FormatBytes(at.total_bytes));
        tell(fmt::format("fetches {}: {}{}, {}/s", at.file, FormatBytes(at.done_bytes), of,
                         FormatBytes(static_cast<uint64_t>(at.bytes_per_second))));
    };
    return fetch;
}

json::object DetailsOf(const serve::ModelHost& host) {
    const RunnerInfo& info = host.info();
    return {{"engine", "argosy"},
            {"file", host.file().path().string()},
            {"architecture", info.architecture},
            {"context", host.engine().options().context_length},
            {"threads", host.engine().options().threads},
            {"memory", host.memory().ToString()}};
}

// What the task needs has to be what the model is for.
Result<void> CheckTask(const serve::ModelHost& host, Task task) {
    const RunnerInfo& info = host.info();
    const bool generates = task == Task::kChat || task == Task::kCompletion;
    const bool fits =
        generates ? info.generates : (task == Task::kEmbedding ? info.embeds : info.reranks);
    if (fits) return {};
    const char* is = info.reranks ? "rerank" : info.generates ? "chat" : "embedding";
    return Err(ErrorCode::kInvalidArgument,
               "the model in {} is not for this task; set task: {}, or another source",
               host.file().path().string(), is);
}

std::vector<std::string> WarningsOf(const Model& model, const serve::ModelHost& host) {
    std::vector<std::string> warnings;
    if (model.spec.accelerator.kind != resources::AcceleratorKind::kCpu) {
        warnings.push_back("no accelerator is used: the built-in engine computes on CPUs");
    }
    if (host.info().generates && !host.chat().warning().empty()) {
        warnings.push_back(host.chat().warning());
    }
    return warnings;
}

Result<Started> StartOnEngine(const Model& model, const Surroundings& around,
                              const StartContext& context) {
    ARGOSY_TRY(serve::HostOptions options, HostOptionsOf(model, around));
    options.fetch = FetchWith(around, context);
    if (model.spec.source_token) {
        ARGOSY_TRY(options.fetch.token, ReadSecret(*model.spec.source_token, around.environment));
    }
    context.progress("loads " + options.source);
    ARGOSY_TRY(std::shared_ptr<serve::ModelHost> host, serve::ModelHost::Open(std::move(options)));
    ARGOSY_CHECK_OK(CheckTask(*host, model.spec.task));
    auto part = std::make_shared<Part>();
    part->host = host;
    if (host->info().generates) {
        // The chat model refers to the host: both end together.
        using Both =
            std::pair<std::shared_ptr<serve::ModelHost>, std::unique_ptr<assistant::ChatModel>>;
        const auto both = std::make_shared<Both>(host, assistant::MakeEngineChatModel(*host));
        part->chat = std::shared_ptr<const assistant::ChatModel>(both, both->second.get());
    }
    if (model.spec.task == Task::kEmbedding) {
        ARGOSY_TRY(part->embedder, serve::MakeEngineEmbedder(host));
    }
    if (model.spec.task == Task::kRerank) {
        ARGOSY_TRY(part->reranker, serve::MakeEngineReranker(host));
    }
    const MemoryPlan& memory = host->memory();
    Started started{
        std::move(part),
        fmt::format("{}, {} of memory, context {}", host->info().architecture,
                    FormatBytes(memory.total()), host->engine().options().context_length),
        WarningsOf(model, *host), DetailsOf(*host)};
    return started;
}

}  // namespace

Result<serve::HostOptions> HostOptionsOf(const Model& model, const Surroundings& around) {
    const ModelSpec& spec = model.spec;
    serve::HostOptions options;
    options.name = model.metadata.name;
    ARGOSY_TRY(options.source, SourceOf(spec.source.value_or(""), around));
    options.quant = spec.quant.value_or("");
    if (spec.chat_template) {
        ARGOSY_TRY(options.chat_template, ReadText(Resolved(around, *spec.chat_template)));
    }
    if (spec.draft) {
        ARGOSY_TRY(options.engine.draft_model, SourceOf(*spec.draft, around));
    }
    for (const resources::Adapter& adapter : spec.adapters) {
        ARGOSY_TRY(std::string source, SourceOf(adapter.source, around));
        options.adapters.emplace_back(adapter.name, std::move(source));
    }
    const resources::Sampling& sampling = spec.sampling;
    options.sampling = {sampling.temperature, sampling.top_p, sampling.top_k, sampling.max_tokens,
                        sampling.stop};
    ReadSizes(spec, options.engine);
    return options;
}

Result<Started> StartModel(const Model& model, const Surroundings& around,
                           const StartContext& context) {
    switch (model.spec.engine) {
        case Engine::kArgosy:
            return StartOnEngine(model, around, context);
        case Engine::kExternal:
            return StartExternalModel(model, around);
        default:
            break;
    }
    const std::string engine = EngineName(model.spec.engine);
    return Err(ErrorCode::kUnsupported,
               "engine {} is started in a cluster only; on one machine take engine: argosy, or "
               "start {} yourself and declare engine: external with its address",
               engine, engine);
}

}  // namespace argosy::local
