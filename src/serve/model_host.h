// One model made ready: fetched, opened, quantised where asked, checked against memory, loaded and
// running behind an Engine. What `argosy serve`, `run` and `bench` stand on. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/engine.h"
#include "engine/load.h"
#include "model/chat_format.h"
#include "model/fetch/fetch_model.h"
#include "model/model_file.h"
#include "model/tokenizer.h"

namespace argosy::serve {

/// What requests get that say nothing, instead of what the model's authors wrote.
struct SamplingDefaults {
    std::optional<double> temperature, top_p;
    std::optional<int32_t> top_k, max_tokens;
    std::vector<std::string> stop;
};

struct HostOptions {
    std::string source;                        // path or URI of FetchModel
    std::string quant;                         // quantise at load; empty: as stored
    std::string name;                          // in the API; empty: from the file or directory
    std::optional<std::string> chat_template;  // Jinja source instead of the model's own
    std::vector<std::pair<std::string, std::string>> adapters;  // name, path of a LoRA
    SamplingDefaults sampling;
    EngineOptions engine;
    FetchOptions fetch;
};

class ModelHost {
  public:
    /// Errors: as FetchModel, OpenModel, PlanMemory (kResourceExhausted with the arithmetic, before
    /// any weight is read), LoadRunner and Engine::LoadAdapter give them.
    static Result<std::unique_ptr<ModelHost>> Open(HostOptions options);

    const std::string& name() const { return name_; }
    const ModelFile& file() const { return *file_; }
    const Tokenizer& tokenizer() const { return *tokenizer_; }
    const ChatFormat& chat() const { return *chat_; }
    const MemoryPlan& memory() const { return memory_; }
    const RunnerInfo& info() const { return engine_->info(); }
    Engine& engine() const { return *engine_; }
    /// What a request gets where it says nothing: the options' sampling, else the
    /// model's generation_config.json.
    const SamplingParams& default_sampling() const { return defaults_; }

  private:
    ModelHost() = default;

    std::string name_;
    std::shared_ptr<const ModelFile> file_;
    std::unique_ptr<Tokenizer> tokenizer_;
    std::optional<ChatFormat> chat_;
    MemoryPlan memory_;
    SamplingParams defaults_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace argosy::serve
