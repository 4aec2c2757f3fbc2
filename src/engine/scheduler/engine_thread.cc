#include "engine/scheduler/engine_thread.h"

#include <algorithm>
#include <random>

#include "engine/scheduler/philox.h"
#include "telemetry/log.h"

namespace argosy {

EngineThread::EngineThread(EngineSetup setup)
    : setup_(std::move(setup)),
      metrics_(setup_.options.context_length),
      adapters_(setup_.options.max_adapters),
      random_seed_((uint64_t{std::random_device{}()} << 32) | std::random_device{}()),
      core_({.runner = *setup_.runner,
             .draft = setup_.draft.get(),
             .kv_blocks = setup_.kv_blocks,
             .draft_blocks = setup_.draft_blocks,
             .options = setup_.options,
             .tokenizer = *setup_.tokenizer,
             .metrics = metrics_,
             .ended = ended_,
             .take_cancels = [this] { TakeCancels(); }}),
      embeds_(*setup_.runner, setup_.options.max_batch_tokens, ended_) {
    metrics_.Update([&](EngineStats& stats) {
        stats.kv_blocks_total = info().generates ? setup_.kv_blocks : 0;
    });
    thread_ = std::thread([this] { Loop(); });
}

EngineThread::~EngineThread() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    mail_.notify_all();
    thread_.join();
}

Result<RequestId> EngineThread::Submit(GenerateRequest request, EventSink sink) {
    auto checked = Check(std::move(request), std::move(sink));
    if (!checked) {
        metrics_.Update([](EngineStats& stats) { ++stats.rejected; });
        return std::unexpected(std::move(checked.error()));
    }
    std::unique_lock lock(mutex_);
    auto open = CheckOpen();
    if (open) open = CheckRoom(Kind::kGenerate);
    if (!open) {
        lock.unlock();
        metrics_.Update([](EngineStats& stats) { ++stats.rejected; });
        return std::unexpected(std::move(open.error()));
    }
    ActiveRequest& active = **checked;
    active.id = next_id_++;
    active.rules.seed = SeedFor(active.rules.params, active.id);
    active.submitted = std::chrono::steady_clock::now();
    RequestId id = active.id;
    alive_.emplace(id, Kind::kGenerate);
    ++generating_;
    new_requests_.push_back(std::move(*checked));
    lock.unlock();
    mail_.notify_one();
    return id;
}

Result<RequestId> EngineThread::Submit(EmbedRequest request, EmbedSink sink) {
    if (request.scores ? !info().reranks : !info().embeds && info().generates == false) {
        return Err(ErrorCode::kUnsupported, "model {} ({}) gives no {}", info().name,
                   info().architecture, request.scores ? "relevance scores" : "embeddings");
    }
    if (request.inputs.empty()) return Err(ErrorCode::kInvalidArgument, "there is no input");
    if (!request.type_ids.empty() && request.type_ids.size() != request.inputs.size()) {
        return Err(ErrorCode::kInvalidArgument, "{} inputs have {} lists of type ids",
                   request.inputs.size(), request.type_ids.size());
    }
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        ARGOSY_CHECK_OK(CheckInput(request.inputs[i], "an input"));
        if (!request.type_ids.empty() && request.type_ids[i].size() != request.inputs[i].size()) {
            return Err(ErrorCode::kInvalidArgument, "input {} has {} tokens but {} type ids", i,
                       request.inputs[i].size(), request.type_ids[i].size());
        }
    }
    std::unique_lock lock(mutex_);
    ARGOSY_CHECK_OK(CheckOpen());
    ARGOSY_CHECK_OK(CheckRoom(Kind::kEmbed));
    RequestId id = next_id_++;
    alive_.emplace(id, Kind::kEmbed);
    ++embedding_;
    new_embeds_.push_back({id, std::move(request), std::move(sink)});
    lock.unlock();
    mail_.notify_one();
    return id;
}

// Everything that can be known of a request before it meets the others.
Result<std::unique_ptr<ActiveRequest>> EngineThread::Check(GenerateRequest request,
                                                           EventSink sink) {
    if (!info().generates) {
        return Err(ErrorCode::kUnsupported, "model {} ({}) generates no text", info().name,
                   info().architecture);
    }
    ARGOSY_CHECK_OK(request.sampling.Validate(info().vocab_size));
    ARGOSY_CHECK_OK(CheckInput(request.prompt, "the prompt"));
    ARGOSY_TRY(int32_t max_tokens, ResolveMaxTokens(request.prompt.size(), request.sampling));
    auto active = std::make_unique<ActiveRequest>();
    if (!request.adapter.empty()) {
        ARGOSY_TRY(active->adapter, adapters_.Pin(request.adapter));
    }
    active->root = std::make_shared<CacheRoot>(
        CacheRoot{std::move(request.cache_salt), active->adapter ? active->adapter->serial : 0});
    active->prompt = std::move(request.prompt);
    active->sink = std::move(sink);
    active->priority = request.priority;
    active->deadline = request.deadline;
    ChoiceRules& rules = active->rules;
    rules.params = std::move(request.sampling);
    rules.max_tokens = max_tokens;
    rules.stop_tokens = rules.params.stop_token_ids;
    if (!rules.params.ignore_eos) {
        const auto& own = setup_.tokenizer->stop_tokens();
        rules.stop_tokens.insert(rules.stop_tokens.end(), own.begin(), own.end());
    }
    active->choices_wanted = std::max(rules.params.n, rules.params.best_of);
    rules.needs_logprobs = rules.params.logprobs >= 0 || active->ranks();
    rules.tokenizer = setup_.tokenizer;
    if (rules.params.grammar) {
        std::call_once(masker_once_,
                       [this] { masker_ = std::make_unique<TokenMasker>(*setup_.tokenizer); });
        rules.masker = masker_.get();
    }
    return active;
}

Result<void> EngineThread::CheckInput(std::span<const TokenId> tokens, const char* what) const {
    if (tokens.empty()) return Err(ErrorCode::kInvalidArgument, "{} has no tokens", what);
    if (tokens.size() > static_cast<size_t>(setup_.options.context_length)) {
        return Err(ErrorCode::kInvalidArgument, "{} has {} tokens, the context holds {}", what,
                   tokens.size(), setup_.options.context_length);
    }
    auto strange = std::ranges::find_if(
        tokens, [&](TokenId token) { return token < 0 || token >= info().vocab_size; });
    if (strange == tokens.end()) return {};
    return Err(ErrorCode::kInvalidArgument,
               "{} has token {} at place {}; the vocabulary has tokens 0 to {}", what, *strange,
               strange - tokens.begin(), info().vocab_size - 1);
}

Result<int32_t> EngineThread::ResolveMaxTokens(size_t prompt, const SamplingParams& params) const {
    const int32_t room = setup_.options.context_length - static_cast<int32_t>(prompt);
    const int32_t wanted = params.max_tokens < 0 ? std::max(room, 1) : params.max_tokens;
    if (wanted > room || params.min_tokens > wanted) {
        return Err(ErrorCode::kInvalidArgument,
                   "the prompt has {} tokens and {} are to be generated, together {}; the context "
                   "holds {}",
                   prompt, std::max(wanted, params.min_tokens),
                   prompt + static_cast<size_t>(std::max(wanted, params.min_tokens)),
                   setup_.options.context_length);
    }
    return wanted;
}

Result<void> EngineThread::CheckOpen() const {
    if (stop_ || draining_) return Err(ErrorCode::kUnavailable, "the engine is shutting down");
    if (sleeping_ || control_ == Control::kSleep) {
        return Err(ErrorCode::kUnavailable, "the engine is asleep");
    }
    return {};
}

Result<void> EngineThread::CheckRoom(Kind kind) const {
    const EngineOptions& options = setup_.options;
    // Requests that will leave the queue at once do not count as waiting.
    int32_t slots = blocked_ ? 0 : std::max(0, options.max_running - started_);
    int32_t waiting = kind == Kind::kEmbed ? embedding_ : generating_ - started_ - slots;
    if (waiting < options.max_queued) return {};
    return Err(ErrorCode::kResourceExhausted,
               "{} requests are waiting, no more may (max_queued); try again later", waiting);
}

uint64_t EngineThread::SeedFor(const SamplingParams& params, RequestId id) const {
    if (params.seed) return *params.seed;
    auto words =
        Philox({static_cast<uint32_t>(id), static_cast<uint32_t>(id >> 32), 1, 1}, random_seed_);
    return (uint64_t{words[0]} << 32) | words[1];
}

void EngineThread::Cancel(RequestId id) {
    {
        std::lock_guard lock(mutex_);
        if (!alive_.contains(id)) return;
        // At most one entry for each that is alive.
        if (std::ranges::find(cancels_, id) != cancels_.end()) return;
        cancels_.push_back(id);
    }
    mail_.notify_one();
}

Result<void> EngineThread::LoadAdapter(const std::string& name, const std::filesystem::path& path) {
    return adapters_.Load(*setup_.runner, name, path);
}

Result<void> EngineThread::UnloadAdapter(const std::string& name) { return adapters_.Unload(name); }

EngineStats EngineThread::stats() const {
    EngineStats stats = metrics_.Snapshot();
    std::lock_guard lock(mutex_);
    stats.sleeping = sleeping_;
    stats.waiting += static_cast<int32_t>(new_requests_.size());
    return stats;
}

bool EngineThread::Drain(SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    draining_ = true;
    return news_.wait_until(lock, deadline, [this] { return alive_.empty(); });
}

Result<void> EngineThread::Sleep() { return Order(Control::kSleep); }
Result<void> EngineThread::Wake() { return Order(Control::kWake); }

// Leaves the order with the engine's thread and waits until it is carried out.
Result<void> EngineThread::Order(Control control) {
    std::lock_guard one(control_mutex_);
    std::unique_lock lock(mutex_);
    if (stop_) return Err(ErrorCode::kUnavailable, "the engine is shutting down");
    control_ = control;
    mail_.notify_one();
    news_.wait(lock, [this] { return control_ == Control::kNone; });
    return std::move(control_result_);
}

}  // namespace argosy
