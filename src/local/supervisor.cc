#include "local/supervisor.h"

#include <utility>

namespace argosy::local {

Supervisor::Supervisor(Reconciler& reconciler, std::chrono::milliseconds retry_after,
                       std::function<void()> settled)
    : reconciler_(reconciler),
      retry_after_(retry_after),
      settled_(std::move(settled)),
      thread_([this](std::stop_token stop) { Run(std::move(stop)); }) {}

void Supervisor::Want(Application application) {
    {
        const std::scoped_lock lock(mutex_);
        wanted_ = std::move(application);
    }
    wake_.notify_all();
}

void Supervisor::Retry() {
    {
        const std::scoped_lock lock(mutex_);
        retry_ = true;
    }
    wake_.notify_all();
}

void Supervisor::Stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Supervisor::Run(std::stop_token stop) {
    while (true) {
        std::optional<Application> next;
        {
            std::unique_lock lock(mutex_);
            const auto work = [this] { return wanted_.has_value() || retry_; };
            if (reconciler_.MayHelpToRetry()) {
                wake_.wait_for(lock, stop, retry_after_, work);
            } else {
                wake_.wait(lock, stop, work);
            }
            next = std::exchange(wanted_, std::nullopt);
            retry_ = false;
        }
        if (stop.stop_requested()) return;
        if (next) {
            reconciler_.Apply(std::move(*next), stop);
        } else {
            reconciler_.Retry(stop);
        }
        bool more = false;
        {
            const std::scoped_lock lock(mutex_);
            more = wanted_.has_value();
        }
        if (!more && !stop.stop_requested()) settled_();
    }
}

}  // namespace argosy::local
