// The engine's thread: EngineThread::Loop and its parts, see engine_thread.h.
#include <exception>

#include "engine/scheduler/engine_thread.h"
#include "telemetry/log.h"

namespace argosy {

void EngineThread::Loop() {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (core_.idle() && embeds_.empty()) {
                mail_.wait(lock, [this] { return HasMail(); });
            }
            if (stop_) break;
            TakeMail();
        }
        for (auto& request : requests_taken_) core_.Add(std::move(request));
        requests_taken_.clear();
        for (NewEmbed& embed : embeds_taken_) {
            embeds_.Add(embed.id, std::move(embed.request), std::move(embed.sink));
        }
        embeds_taken_.clear();
        ApplyCancels();
        core_.ExpireDeadlines(std::chrono::steady_clock::now());
        if (!embeds_.empty()) embeds_.RunBatch();
        if (!core_.idle()) core_.Step();
        Publish();
    }
    {
        std::lock_guard lock(mutex_);
        TakeMail();
    }
    for (auto& request : requests_taken_) core_.Add(std::move(request));
    for (NewEmbed& embed : embeds_taken_) {
        embeds_.Add(embed.id, std::move(embed.request), std::move(embed.sink));
    }
    core_.CancelAll();
    embeds_.FailAll({ErrorCode::kUnavailable, "the engine is shutting down", {}});
    std::lock_guard lock(mutex_);
    alive_.clear();
    control_result_ = Err(ErrorCode::kUnavailable, "the engine is shutting down");
    control_ = Control::kNone;
    news_.notify_all();
}

bool EngineThread::HasMail() const {
    return stop_ || !new_requests_.empty() || !new_embeds_.empty() || !cancels_.empty() ||
           control_ != Control::kNone;
}

void EngineThread::TakeMail() {
    requests_taken_.swap(new_requests_);
    embeds_taken_.swap(new_embeds_);
    cancels_taken_.swap(cancels_);
}

// Called by the core between the model's pass and sampling.
void EngineThread::TakeCancels() {
    {
        std::lock_guard lock(mutex_);
        if (cancels_.empty()) return;
        cancels_taken_.swap(cancels_);
    }
    ApplyCancels();
}

void EngineThread::ApplyCancels() {
    for (RequestId id : cancels_taken_) {
        if (!embeds_.Cancel(id)) core_.Cancel(id);
    }
    cancels_taken_.clear();
}

// Tells the other side what has ended and obeys an order once nothing is left.
void EngineThread::Publish() {
    std::unique_lock lock(mutex_);
    for (RequestId id : ended_) {
        auto found = alive_.find(id);
        if (found == alive_.end()) continue;
        --(found->second == Kind::kGenerate ? generating_ : embedding_);
        alive_.erase(found);
    }
    bool any = !ended_.empty();
    ended_.clear();
    started_ = core_.started();
    blocked_ = core_.blocked();
    bool idle = core_.idle() && embeds_.empty() && new_requests_.empty() && new_embeds_.empty();
    if (control_ != Control::kNone && idle) {
        Control control = control_;
        lock.unlock();
        auto result = Obey(control);
        lock.lock();
        if (result) sleeping_ = control == Control::kSleep;
        control_result_ = std::move(result);
        control_ = Control::kNone;
        any = true;
    }
    lock.unlock();
    if (any) news_.notify_all();
}

// Submit refuses while the order is pending, so nothing arrives meanwhile that could run. Only this
// thread changes sleeping_.
Result<void> EngineThread::Obey(Control control) {
    if ((control == Control::kSleep) == sleeping_) return {};
    try {
        if (control == Control::kWake) return WakeRunners();
        setup_.runner->Sleep();
        if (setup_.draft) setup_.draft->Sleep();
        core_.DropCache();
        return {};
    } catch (const std::exception& exception) {
        return Err(ErrorCode::kInternal, "the model failed: {}", exception.what());
    }
}

Result<void> EngineThread::WakeRunners() {
    ARGOSY_CHECK_OK(setup_.runner->Wake());
    if (info().generates) ARGOSY_CHECK_OK(setup_.runner->AllocateKv(setup_.kv_blocks));
    if (!setup_.draft) return {};
    ARGOSY_CHECK_OK(setup_.draft->Wake());
    return setup_.draft->AllocateKv(setup_.draft_blocks);
}

}  // namespace argosy
