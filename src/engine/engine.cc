// Engine::Start: settles what the options leave open and allocates the KV caches.
#include "engine/engine.h"

#include <algorithm>
#include <thread>

#include "engine/scheduler/engine_thread.h"

namespace argosy {
namespace {

// Where nobody has planned memory (PlanMemory does): four whole contexts, but not much.
constexpr int64_t kDefaultContexts = 4;
constexpr int64_t kDefaultKvBytes = int64_t{1} << 30;

Result<void> CheckOptions(const EngineOptions& options) {
    auto at_least = [](const char* name, int64_t value, int64_t least) -> Result<void> {
        if (value >= least) return {};
        return Err(ErrorCode::kInvalidArgument, "{} is {}, must be at least {}", name, value,
                   least);
    };
    ARGOSY_CHECK_OK(at_least("threads", options.threads, 0));
    ARGOSY_CHECK_OK(at_least("context_length", options.context_length, 0));
    ARGOSY_CHECK_OK(at_least("max_running", options.max_running, 1));
    ARGOSY_CHECK_OK(at_least("max_queued", options.max_queued, 1));
    ARGOSY_CHECK_OK(at_least("max_batch_tokens", options.max_batch_tokens, 1));
    ARGOSY_CHECK_OK(at_least("speculative_ngram", options.speculative_ngram, 0));
    ARGOSY_CHECK_OK(at_least("speculative_tokens", options.speculative_tokens, 1));
    return at_least("max_adapters", options.max_adapters, 0);
}

// Tokens of KV that the settings pay for, in blocks of both runners.
int64_t KvTokens(const ModelRunner& runner, const ModelRunner* draft,
                 const EngineOptions& options) {
    int64_t context = options.context_length;
    int64_t token = std::max<int64_t>(runner.info().kv_bytes_per_token, 1);
    if (draft != nullptr) token += std::max<int64_t>(draft->info().kv_bytes_per_token, 0);
    if (options.kv_cache_bytes == 0) {
        return std::min(context * kDefaultContexts, kDefaultKvBytes / token);
    }
    return static_cast<int64_t>(options.kv_cache_bytes) / token;
}

Result<void> AllocateKv(EngineSetup& setup) {
    const RunnerInfo& info = setup.runner->info();
    EngineOptions& options = setup.options;
    int64_t tokens = KvTokens(*setup.runner, setup.draft.get(), options);
    int64_t blocks = tokens / setup.runner->block_tokens();
    if (blocks < 1) {
        return Err(ErrorCode::kResourceExhausted,
                   "a KV cache of {} bytes holds no block of {} tokens at {} bytes a token",
                   options.kv_cache_bytes, setup.runner->block_tokens(), info.kv_bytes_per_token);
    }
    setup.kv_blocks = static_cast<int32_t>(std::min<int64_t>(blocks, INT32_MAX / 4));
    options.kv_cache_bytes = static_cast<uint64_t>(info.kv_bytes_per_token) *
                             static_cast<uint64_t>(setup.kv_blocks) *
                             static_cast<uint64_t>(setup.runner->block_tokens());
    int64_t held = int64_t{setup.kv_blocks} * setup.runner->block_tokens();
    options.context_length = static_cast<int32_t>(std::min<int64_t>(options.context_length, held));
    ARGOSY_CHECK_OK(setup.runner->AllocateKv(setup.kv_blocks));
    if (!setup.draft) return {};
    setup.draft_blocks =
        static_cast<int32_t>(std::max<int64_t>(held / setup.draft->block_tokens(), 1));
    return setup.draft->AllocateKv(setup.draft_blocks);
}

Result<void> CheckDraft(const RunnerInfo& model, const RunnerInfo& draft) {
    if (!draft.generates) {
        return Err(ErrorCode::kInvalidArgument, "the draft model {} generates no text", draft.name);
    }
    if (model.vocab_size == draft.vocab_size) return {};
    return Err(
        ErrorCode::kInvalidArgument,
        "the draft model {} has a vocabulary of {} tokens, the model {} one of {}: they must "
        "be the same",
        draft.name, draft.vocab_size, model.name, model.vocab_size);
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::Start(std::unique_ptr<ModelRunner> runner,
                                              const Tokenizer& tokenizer, EngineOptions options,
                                              std::unique_ptr<ModelRunner> draft) {
    ARGOSY_CHECK_OK(CheckOptions(options));
    const RunnerInfo& info = runner->info();
    if (draft) ARGOSY_CHECK_OK(CheckDraft(info, draft->info()));
    if (options.threads == 0) {
        options.threads = static_cast<int32_t>(std::max(1U, std::thread::hardware_concurrency()));
    }
    if (options.context_length == 0) options.context_length = info.context_length;
    options.context_length = std::min(options.context_length, info.context_length);
    // Each running sequence must be able to move by a token in each step.
    options.max_running = std::min(options.max_running, options.max_batch_tokens);
    EngineSetup setup{.runner = std::move(runner),
                      .draft = std::move(draft),
                      .tokenizer = &tokenizer,
                      .options = std::move(options)};
    if (setup.runner->info().generates) ARGOSY_CHECK_OK(AllocateKv(setup));
    return std::make_unique<EngineThread>(std::move(setup));
}

}  // namespace argosy
