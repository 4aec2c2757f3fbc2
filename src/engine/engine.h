// The inference engine: requests in through a bounded queue, events out through callbacks, one
// thread of its own in between that schedules and runs the model. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/runner.h"
#include "engine/sampling_params.h"
#include "model/model_file.h"
#include "model/tokenizer.h"

namespace argosy {

struct EngineOptions {
    int32_t threads = 0;             // 0: the CPUs this process may use (affinity and cgroup quota)
    int32_t context_length = 0;      // 0: the model's own, cut to what fits in memory
    uint64_t kv_cache_bytes = 0;     // 0: chosen from free memory
    std::string kv_type = "f16";     // "f16", "q8_0", "f32"
    int32_t max_running = 64;        // sequences in a batch
    int32_t max_queued = 256;        // requests waiting; one more is kResourceExhausted
    int32_t max_batch_tokens = 512;  // prefill chunk + decodes per step
    bool prefix_cache = true;
    int32_t speculative_ngram = 0;      // draft tokens by prompt look-up per step; 0: off
    std::filesystem::path draft_model;  // a small model of the same vocabulary; empty: none
    int32_t speculative_tokens = 5;     // drafted per step by the draft model
    int32_t max_adapters = 8;
    uint64_t memory_limit_bytes = 0;  // 0: what the machine or cgroup has free
};

using RequestId = uint64_t;

struct TopLogprob {
    TokenId token = 0;
    float logprob = 0;
};
struct TokenLogprob {
    TokenId token = 0;
    float logprob = 0;            // of the model's distribution before any sampling filter
    std::vector<TopLogprob> top;  // most likely first
};

enum class FinishReason { kStop, kLength, kCancelled, kError };

struct Usage {
    int32_t prompt_tokens = 0;
    int32_t cached_tokens = 0;      // of the prompt, found in the prefix cache
    int32_t completion_tokens = 0;  // over all choices generated
};

/// A piece of one choice. Where best_of is more than n there is one event for each choice
/// returned, at the end: the likeliest is choice 0. Text never ends inside a character, and text
/// that may be the start of a stop string is held back until that is known.
struct GenerateEvent {
    int32_t choice = 0;
    std::string text;
    std::vector<TokenId> tokens;         // the tokens sampled since the last event
    std::vector<TokenLogprob> logprobs;  // parallel to tokens where asked for
    /// Once, in the first event, where asked for: one entry for each prompt token. Nothing comes
    /// before the first, so its logprob is 0 and its top is empty.
    std::vector<TokenLogprob> prompt_logprobs;
    std::optional<FinishReason> finish;  // the choice ended; `stop_reason` tells by what
    std::string stop_reason;             // the stop string, or the stop token's text
    bool done = false;                   // last event of the whole request; usage is final
    Usage usage;
    std::optional<Error> error;  // with done = true
};

/// Called on the engine's thread: must return at once and never call back into the engine.
using EventSink = std::function<void(GenerateEvent)>;

struct GenerateRequest {
    std::vector<TokenId> prompt;
    SamplingParams sampling;
    std::string adapter;  // name of a loaded LoRA adapter; empty: the base model
    /// Lower runs first; equal: first come, first served. A level is worth 10 s of waiting, so that
    /// nothing starves.
    int32_t priority = 0;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    std::string cache_salt;  // requests of different salts never share cached prefixes
};

struct EmbedRequest {
    std::vector<std::vector<TokenId>> inputs;
    std::vector<std::vector<int32_t>> type_ids;  // empty, or parallel to inputs
    Pooling pooling = Pooling::kModelDefault;
    bool scores = false;  // rerank: one relevance score per input instead of an embedding
};
using EmbedSink = std::function<void(Result<std::vector<float>>)>;

struct AdapterInfo {
    std::string name;
    std::string path;
    int32_t rank = 0;
};

/// Histogram with fixed upper bounds; counts has one entry more (the rest).
struct HistogramSnapshot {
    std::vector<double> bounds;
    std::vector<uint64_t> counts;
    double sum = 0;
};

struct EngineStats {
    int32_t running = 0;
    int32_t waiting = 0;
    int32_t kv_blocks_total = 0;
    int32_t kv_blocks_used = 0;
    uint64_t prompt_tokens = 0;
    uint64_t generation_tokens = 0;
    uint64_t prefix_cache_queries = 0;  // tokens looked up
    uint64_t prefix_cache_hits = 0;     // tokens found
    uint64_t preemptions = 0;
    uint64_t steps = 0;
    uint64_t draft_tokens = 0;
    uint64_t accepted_tokens = 0;
    uint64_t finished_stop = 0, finished_length = 0, finished_cancelled = 0, finished_error = 0;
    uint64_t rejected = 0;
    bool sleeping = false;
    HistogramSnapshot ttft_seconds, itl_seconds, e2e_seconds, queue_seconds, prefill_seconds,
        decode_seconds, prompt_lengths, generation_lengths, batch_tokens;
};

class Engine {
  public:
    /// Takes a runner (with KV not yet allocated) and starts the thread. `tokenizer` outlives it.
    static Result<std::unique_ptr<Engine>> Start(std::unique_ptr<ModelRunner> runner,
                                                 const Tokenizer& tokenizer, EngineOptions options,
                                                 std::unique_ptr<ModelRunner> draft = nullptr);
    virtual ~Engine() = default;

    virtual const RunnerInfo& info() const = 0;
    virtual const EngineOptions& options() const = 0;  // with the zeros filled in
    virtual const Tokenizer& tokenizer() const = 0;

    /// Queues a request. Errors at once: kInvalidArgument (parameters, empty or too long prompt,
    /// with the numbers), kNotFound (adapter), kResourceExhausted (queue full), kUnavailable
    /// (draining, sleeping). After an error the sink is never called; else exactly one event has
    /// done = true.
    virtual Result<RequestId> Submit(GenerateRequest request, EventSink sink) = 0;
    virtual Result<RequestId> Submit(EmbedRequest request, EmbedSink sink) = 0;
    /// Ends a request before its next token and frees its blocks; unknown ids are ignored.
    virtual void Cancel(RequestId id) = 0;

    /// Loads a PEFT directory or GGUF adapter under a name. kAlreadyExists, kCorrupt (names the
    /// tensor and both shapes), kResourceExhausted (max_adapters).
    virtual Result<void> LoadAdapter(const std::string& name,
                                     const std::filesystem::path& path) = 0;
    /// Running requests of the adapter finish first; new ones are refused from now on.
    virtual Result<void> UnloadAdapter(const std::string& name) = 0;
    virtual std::vector<AdapterInfo> adapters() const = 0;

    /// Drops weights and KV cache once nothing runs (refuses new requests meanwhile) / maps again.
    virtual Result<void> Sleep() = 0;
    virtual Result<void> Wake() = 0;

    virtual EngineStats stats() const = 0;
    /// Refuses new requests and waits for the running ones until the deadline; true: all ended.
    virtual bool Drain(std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace argosy
