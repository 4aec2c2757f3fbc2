#include "engine/scheduler/engine_core.h"

#include <algorithm>
#include <thread>

#include "base/check.h"
#include "telemetry/log.h"

namespace argosy {
namespace {

double Seconds(SteadyTime from, SteadyTime to) {
    return std::chrono::duration<double>(to - from).count();
}

size_t WorkerThreads(const EngineOptions& options) {
    return static_cast<size_t>(std::clamp(options.threads - 1, 0, 7));
}

}  // namespace

EngineCore::EngineCore(Parts parts)
    : parts_(std::move(parts)),
      pool_(parts_.kv_blocks, std::max(parts_.runner.block_tokens(), 1),
            parts_.options.prefix_cache),
      scheduler_({.max_running = parts_.options.max_running,
                  .max_batch_tokens = parts_.options.max_batch_tokens},
                 pool_),
      workers_(WorkerThreads(parts_.options)),
      mask_words_((static_cast<size_t>(parts_.tokenizer.vocab_size()) + 31) / 32),
      scratch_(workers_.workers()) {
    if (parts_.draft != nullptr) {
        draft_model_ = std::make_unique<DraftModel>(*parts_.draft, parts_.draft_blocks,
                                                    parts_.options.max_batch_tokens);
    }
    mask_piece_ = [this](size_t piece, size_t) { MakeMasks(mask_tasks_[piece]); };
    sample_piece_ = [this](size_t piece, size_t worker) {
        Sample(tasks_[piece], scratch_[worker]);
    };
}

void EngineCore::Add(std::unique_ptr<ActiveRequest> owned) {
    ActiveRequest& request = *owned;
    request.choices.push_back(
        std::make_unique<ActiveChoice>(request, request.rules, request.prompt, 0));
    request.choices_open = request.choices_wanted;
    request.usage.prompt_tokens = static_cast<int32_t>(request.prompt.size());
    Sequence& sequence = request.choices.front()->sequence;
    sequence.id = next_sequence_;
    next_sequence_ += static_cast<uint64_t>(request.choices_wanted);
    sequence.order = OrderOf(request.priority, request.submitted);
    sequence.root = request.root;
    sequence.wants_prompt_rows = request.rules.params.prompt_logprobs >= 0;
    // Room for all it may become, so that no step allocates.
    sequence.tokens.reserve(request.prompt.size() +
                            static_cast<size_t>(std::min(request.rules.max_tokens, 4096)));
    sequence.tokens.assign(request.prompt.begin(), request.prompt.end());
    scheduler_.Add(sequence);
    requests_.emplace(request.id, std::move(owned));
}

void EngineCore::Cancel(RequestId id) {
    if (auto found = requests_.find(id); found != requests_.end()) {
        Close(*found->second, FinishReason::kCancelled, std::nullopt);
    }
}

void EngineCore::CancelAll() {
    while (!requests_.empty()) Cancel(requests_.begin()->first);
    graveyard_.clear();
}

void EngineCore::FailAll(const Error& error) {
    while (!requests_.empty()) Close(*requests_.begin()->second, FinishReason::kError, error);
    graveyard_.clear();
}

void EngineCore::ExpireDeadlines(SteadyTime now) {
    std::vector<ActiveRequest*> late;
    for (auto& [id, request] : requests_) {
        if (request->deadline && *request->deadline <= now) late.push_back(request.get());
    }
    for (ActiveRequest* request : late) {
        Close(*request, FinishReason::kError,
              Error{ErrorCode::kDeadlineExceeded,
                    fmt::format("the request's time was up after {} of its tokens",
                                request->usage.completion_tokens),
                    {}});
    }
}

void EngineCore::DropCache() {
    ARGOSY_CHECK(idle());
    pool_.DropCache();
    if (draft_model_) draft_model_->ForgetAll();
}

// The prompt is computed: the other choices go on from its blocks.
void EngineCore::ForkChoices(ActiveRequest& request) {
    const Sequence& first = request.choices.front()->sequence;
    while (static_cast<int32_t>(request.choices.size()) < request.choices_wanted) {
        auto index = static_cast<int32_t>(request.choices.size());
        auto choice = std::make_unique<ActiveChoice>(request, request.rules, request.prompt, index);
        Sequence& sequence = choice->sequence;
        sequence.id = first.id + static_cast<uint64_t>(index);
        sequence.order = first.order;
        sequence.root = first.root;
        sequence.tokens.reserve(first.tokens.capacity());
        sequence.tokens.assign(first.tokens.begin(), first.tokens.end());
        request.choices.push_back(std::move(choice));
        scheduler_.Fork(first, sequence);
    }
}

void EngineCore::SendNews(ActiveChoice& active, SteadyTime now) {
    ActiveRequest& request = active.request;
    GenerateEvent event = active.choice.TakeEvent();
    NoteTokens(active, event.tokens.size(), now);
    const bool ended = event.finish.has_value();
    if (ended) {
        scheduler_.Remove(active.sequence);
        if (draft_model_) draft_model_->Forget(active.sequence.id);
        --request.choices_open;
        parts_.metrics.Update([&](EngineStats& stats) {
            ++(*event.finish == FinishReason::kStop ? stats.finished_stop : stats.finished_length);
            EngineMetrics::Observe(stats.generation_lengths, active.choice.generated());
        });
    }
    if (request.ranks()) {
        HoldNews(active, std::move(event));
        if (request.choices_open == 0) SendRanked(request);
        return;
    }
    event.done = request.choices_open == 0;
    const bool done = event.done;
    Send(request, std::move(event));
    if (done) Retire(request);
}

void EngineCore::HoldNews(ActiveChoice& active, GenerateEvent event) {
    GenerateEvent& held = active.held;
    held.text += event.text;
    held.tokens.insert(held.tokens.end(), event.tokens.begin(), event.tokens.end());
    std::ranges::move(event.logprobs, std::back_inserter(held.logprobs));
    held.finish = event.finish;
    held.stop_reason = std::move(event.stop_reason);
}

void EngineCore::SendRanked(ActiveRequest& request) {
    std::vector<ActiveChoice*> ranked;
    for (auto& choice : request.choices) ranked.push_back(choice.get());
    std::ranges::sort(ranked, [](ActiveChoice* a, ActiveChoice* b) {
        double x = a->choice.score();
        double y = b->choice.score();
        return x != y ? x > y : a->choice.index() < b->choice.index();
    });
    ranked.resize(static_cast<size_t>(request.rules.params.n));
    for (size_t i = 0; i < ranked.size() && !request.closed; ++i) {
        GenerateEvent event = std::move(ranked[i]->held);
        event.choice = static_cast<int32_t>(i);
        event.done = i + 1 == ranked.size();
        Send(request, std::move(event));
    }
    if (!request.closed) Retire(request);
}

void EngineCore::NoteTokens(ActiveChoice& active, size_t tokens, SteadyTime now) {
    if (tokens == 0) return;
    ActiveRequest& request = active.request;
    request.usage.completion_tokens += static_cast<int32_t>(tokens);
    const bool first = request.first_token == SteadyTime{};
    if (first) request.first_token = now;
    parts_.metrics.Update([&](EngineStats& stats) {
        stats.generation_tokens += tokens;
        if (first) {
            EngineMetrics::Observe(stats.ttft_seconds, Seconds(request.submitted, now));
            EngineMetrics::Observe(stats.prefill_seconds, Seconds(request.started, now));
        }
        if (active.last_token != SteadyTime{}) {
            double each = Seconds(active.last_token, now) / static_cast<double>(tokens);
            EngineMetrics::Observe(stats.itl_seconds, each, tokens);
        }
    });
    active.last_token = now;
}

void EngineCore::Send(ActiveRequest& request, GenerateEvent event) {
    if (!request.prompt_logprobs.empty()) {
        event.prompt_logprobs = std::move(request.prompt_logprobs);
        request.prompt_logprobs.clear();
    }
    event.usage = request.usage;
    try {
        request.sink(std::move(event));
    } catch (const std::exception& exception) {
        log::Error("an event sink threw", {{"request", request.id}, {"error", exception.what()}});
    }
}

// Ends a request from outside its own course.
void EngineCore::Close(ActiveRequest& request, FinishReason reason, std::optional<Error> error) {
    GenerateEvent event;
    for (auto& choice : request.choices) {
        if (choice->choice.finished()) continue;
        event.choice = choice->choice.index();
        break;
    }
    event.finish = reason;
    event.done = true;
    event.error = std::move(error);
    parts_.metrics.Update([&](EngineStats& stats) {
        ++(reason == FinishReason::kCancelled ? stats.finished_cancelled : stats.finished_error);
    });
    Send(request, std::move(event));
    Retire(request);
}

// After the last event: gives back what it holds. The step under way may still point to it.
void EngineCore::Retire(ActiveRequest& request) {
    request.closed = true;
    for (auto& choice : request.choices) {
        scheduler_.Remove(choice->sequence);
        if (draft_model_) draft_model_->Forget(choice->sequence.id);
    }
    if (request.counted_started) --started_;
    auto now = std::chrono::steady_clock::now();
    parts_.metrics.Update([&](EngineStats& stats) {
        EngineMetrics::Observe(stats.e2e_seconds, Seconds(request.submitted, now));
        if (request.first_token != SteadyTime{}) {
            EngineMetrics::Observe(stats.decode_seconds, Seconds(request.first_token, now));
        }
        stats.running = static_cast<int32_t>(scheduler_.running().size());
        stats.waiting = scheduler_.waiting();
        stats.kv_blocks_used = pool_.used();
    });
    parts_.ended.push_back(request.id);
    auto found = requests_.find(request.id);
    graveyard_.push_back(std::move(found->second));
    requests_.erase(found);
}

void EngineCore::NoteStarted(const StepPlan& plan, SteadyTime now) {
    for (const StepItem& item : plan.items) {
        ActiveRequest& request = item.sequence->owner->request;
        if (request.counted_started) continue;
        request.counted_started = true;
        request.started = now;
        ++started_;
        parts_.metrics.Update([&](EngineStats& stats) {
            stats.prompt_tokens += request.prompt.size();
            EngineMetrics::Observe(stats.queue_seconds, Seconds(request.submitted, now));
            EngineMetrics::Observe(stats.prompt_lengths,
                                   static_cast<double>(request.prompt.size()));
        });
    }
}

void EngineCore::NoteStep(const StepPlan& plan) {
    parts_.metrics.Update([&](EngineStats& stats) {
        ++stats.steps;
        stats.preemptions += static_cast<uint64_t>(plan.preempted);
        stats.running = static_cast<int32_t>(scheduler_.running().size());
        stats.waiting = scheduler_.waiting();
        stats.kv_blocks_used = pool_.used();
        EngineMetrics::Observe(stats.batch_tokens, plan.tokens);
    });
}

}  // namespace argosy
