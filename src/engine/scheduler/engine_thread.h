// The Engine that everybody sees: checks and queues requests on the caller's thread, and owns the
// thread that runs them.
//
// One mutex guards what both sides touch: the inbox (new requests, cancellations, one control
// order), who is alive, and the states draining and sleeping. The engine's thread empties the inbox
// between the model's passes and holds the mutex only for that.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"
#include "engine/scheduler/adapter_table.h"
#include "engine/scheduler/embed_queue.h"
#include "engine/scheduler/engine_core.h"
#include "engine/scheduler/engine_metrics.h"

namespace argosy {

/// What Engine::Start has settled: options without zeros, KV caches allocated.
struct EngineSetup {
    std::unique_ptr<ModelRunner> runner;
    std::unique_ptr<ModelRunner> draft;  // may be null
    const Tokenizer* tokenizer = nullptr;
    EngineOptions options;
    int32_t kv_blocks = 1;
    int32_t draft_blocks = 0;
};

class EngineThread final : public Engine {
  public:
    explicit EngineThread(EngineSetup setup);
    /// Cancels what runs and waits for the thread.
    ~EngineThread() override;

    const RunnerInfo& info() const override { return setup_.runner->info(); }
    const EngineOptions& options() const override { return setup_.options; }
    const Tokenizer& tokenizer() const override { return *setup_.tokenizer; }

    Result<RequestId> Submit(GenerateRequest request, EventSink sink) override;
    Result<RequestId> Submit(EmbedRequest request, EmbedSink sink) override;
    void Cancel(RequestId id) override;
    Result<void> LoadAdapter(const std::string& name, const std::filesystem::path& path) override;
    Result<void> UnloadAdapter(const std::string& name) override;
    std::vector<AdapterInfo> adapters() const override { return adapters_.List(); }
    Result<void> Sleep() override;
    Result<void> Wake() override;
    EngineStats stats() const override;
    bool Drain(SteadyTime deadline) override;

  private:
    enum class Kind { kGenerate, kEmbed };
    enum class Control { kNone, kSleep, kWake };
    struct NewEmbed {
        RequestId id;
        EmbedRequest request;
        EmbedSink sink;
    };

    Result<std::unique_ptr<ActiveRequest>> Check(GenerateRequest request, EventSink sink);
    Result<int32_t> ResolveMaxTokens(size_t prompt, const SamplingParams& params) const;
    Result<void> CheckInput(std::span<const TokenId> tokens, const char* what) const;
    Result<void> CheckOpen() const;
    Result<void> CheckRoom(Kind kind) const;
    uint64_t SeedFor(const SamplingParams& params, RequestId id) const;
    Result<void> Order(Control control);

    void Loop();
    bool HasMail() const;
    void TakeMail();
    void TakeCancels();
    void ApplyCancels();
    void Publish();
    Result<void> Obey(Control control);
    Result<void> WakeRunners();

    EngineSetup setup_;
    EngineMetrics metrics_;
    AdapterTable adapters_;
    std::once_flag masker_once_;  // made with the first grammar: it takes a while
    std::unique_ptr<TokenMasker> masker_;
    const uint64_t random_seed_;

    mutable std::mutex mutex_;
    std::condition_variable mail_, news_;
    // GUARDED_BY(mutex_) down to the blank line:
    RequestId next_id_ = 1;
    std::unordered_map<RequestId, Kind> alive_;
    int32_t generating_ = 0;  // of alive_, by kind
    int32_t embedding_ = 0;
    int32_t started_ = 0;   // of generating_, those past the queue
    bool blocked_ = false;  // the queue's head waits for memory
    std::vector<std::unique_ptr<ActiveRequest>> new_requests_;
    std::vector<NewEmbed> new_embeds_;
    std::vector<RequestId> cancels_;
    Control control_ = Control::kNone;
    Result<void> control_result_;
    bool sleeping_ = false;
    bool draining_ = false;
    bool stop_ = false;

    std::mutex control_mutex_;  // one Sleep or Wake at a time

    // Of the engine's thread alone:
    std::vector<RequestId> ended_;
    std::vector<RequestId> cancels_taken_;
    std::vector<std::unique_ptr<ActiveRequest>> requests_taken_;
    std::vector<NewEmbed> embeds_taken_;
    EngineCore core_;
    EmbedQueue embeds_;
    std::thread thread_;
};

}  // namespace argosy
