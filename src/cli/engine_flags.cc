#include "cli/engine_flags.h"

#include <fmt/ranges.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cli/progress_bar.h"
#include "engine/kernels/cpu_features.h"
#include "engine/system_resources.h"
#include "telemetry/log.h"

namespace argosy::cli {

namespace {

uint64_t Bytes(const std::string& option, const std::string& text) {
    uint64_t bytes = 0;
    if (text.empty() || ParseBytes(text, bytes)) return bytes;
    throw Exception({ErrorCode::kInvalidArgument,
                     fmt::format("{} is '{}': expected bytes like 4GiB or 512MiB", option, text),
                     {}});
}

std::string ReadFile(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        throw Exception({ErrorCode::kNotFound, fmt::format("cannot read {}", path), {}});
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::pair<std::string, std::string> SplitAdapter(const std::string& text) {
    const size_t equals = text.find('=');
    if (equals != std::string::npos && equals > 0 && equals + 1 < text.size()) {
        return {text.substr(0, equals), text.substr(equals + 1)};
    }
    throw Exception(
        {ErrorCode::kInvalidArgument, fmt::format("--lora is '{}': expected NAME=PATH", text), {}});
}

// Status tells the truth: what slows this machine down is said now, not found out later.
void TellMachine(const serve::ModelHost& host) {
    const EngineOptions& options = host.engine().options();
    log::Info("model loaded", {{"model", host.name()},
                               {"architecture", host.info().architecture},
                               {"context", options.context_length},
                               {"threads", options.threads},
                               {"kernels", DescribeKernels()},
                               {"memory", host.memory().ToString()}});
    if (const std::string missing = MissingFeatureWarning(); !missing.empty()) {
        log::Warn("slow machine", {{"reason", missing}});
    }
    if (const auto idle = FindAccelerators(); !idle.empty()) {
        log::Warn("accelerator not used: this engine computes on CPUs",
                  {{"found", fmt::format("{}", fmt::join(idle, ", "))}});
    }
    if (host.info().generates && !host.chat().warning().empty()) {
        log::Warn("chat template", {{"reason", host.chat().warning()}});
    }
}

}  // namespace

void AddEngineFlags(CLI::App& command, EngineFlags& flags) {
    serve::HostOptions& host = flags.host;
    EngineOptions& engine = host.engine;
    command.add_option("--quant", host.quant, "quantise at load, e.g. q8_0 or q4_k_m");
    command
        .add_option("--context", engine.context_length, "tokens; 0: the model's own, if it fits")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--threads", engine.threads, "0: the CPUs this process may use")
        ->check(CLI::Range(0, 4096));
    command.add_option("--kv-cache", flags.kv_cache, "bytes of KV cache, e.g. 2GiB; default: fits");
    command.add_option("--kv-type", engine.kv_type, "f16, q8_0 or f32")
        ->check(CLI::IsMember({"f16", "q8_0", "f32"}))
        ->capture_default_str();
    command.add_option("--max-running", engine.max_running, "sequences in a batch")
        ->capture_default_str();
    command.add_option("--max-queued", engine.max_queued, "requests waiting before 429")
        ->capture_default_str();
    command.add_option("--max-batch-tokens", engine.max_batch_tokens, "tokens of a forward pass")
        ->capture_default_str();
    command.add_flag("!--no-prefix-cache", engine.prefix_cache,
                     "compute shared prefixes each time");
    command.add_option("--speculative-ngram", engine.speculative_ngram,
                       "tokens drafted from the prompt per step; 0: off");
    command.add_option("--draft-model", engine.draft_model, "a small model that drafts tokens");
    command
        .add_option("--speculative-tokens", engine.speculative_tokens,
                    "tokens that the draft model drafts")
        ->capture_default_str();
    command.add_option("--max-adapters", engine.max_adapters, "LoRA adapters at a time")
        ->capture_default_str();
    command.add_option("--lora", flags.adapters, "NAME=PATH of a LoRA adapter; may be repeated");
    command.add_option("--memory-limit", flags.memory_limit, "refuse a model that needs more");
    command.add_option("--chat-template", flags.chat_template_file, "a Jinja file to use instead");
    command.add_flag("--offline", host.fetch.offline, "fetch nothing that is not cached");
}

std::unique_ptr<serve::ModelHost> OpenHost(EngineFlags& flags) {
    serve::HostOptions& host = flags.host;
    host.engine.kv_cache_bytes = Bytes("--kv-cache", flags.kv_cache);
    host.engine.memory_limit_bytes = Bytes("--memory-limit", flags.memory_limit);
    if (!flags.chat_template_file.empty()) host.chat_template = ReadFile(flags.chat_template_file);
    for (const std::string& adapter : flags.adapters) {
        host.adapters.push_back(SplitAdapter(adapter));
    }
    ProgressBar bar("fetching");
    host.fetch.on_progress = [&bar](const FetchProgress& progress) {
        bar.Update(progress.done_bytes, progress.total_bytes,
                   FormatBytes(static_cast<uint64_t>(progress.bytes_per_second)) + "/s");
    };
    auto opened = OrThrow(serve::ModelHost::Open(std::move(host)));
    TellMachine(*opened);
    return opened;
}

}  // namespace argosy::cli
