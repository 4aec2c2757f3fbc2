#include "serve/generation.h"

#include <mutex>

namespace argosy::serve {

namespace {

// Thread-safe: the submitting thread and the engine's meet here.
class Generation {
  public:
    Generation(std::shared_ptr<GenerationConsumer> consumer, size_t requests)
        : consumer_(std::move(consumer)), left_(requests) {}

    void Take(size_t request, GenerateEvent event) {
        const std::scoped_lock lock(mutex_);
        if (ended_) return;
        if (event.error) return EndWith(ToApiError(*event.error));
        const bool done = event.done;
        const Usage usage = event.usage;
        consumer_->OnEvent(request, std::move(event));
        if (!done) return;
        total_.prompt_tokens += usage.prompt_tokens;
        total_.cached_tokens += usage.cached_tokens;
        total_.completion_tokens += usage.completion_tokens;
        if (--left_ > 0) return;
        ended_ = true;
        consumer_->OnDone(total_);
        consumer_.reset();
    }

    void Fail(const ApiError& error) {
        const std::scoped_lock lock(mutex_);
        if (!ended_) EndWith(error);
    }

  private:
    void EndWith(const ApiError& error) {
        ended_ = true;
        consumer_->OnError(error);
        consumer_.reset();  // the exchange may go although other requests still run
    }

    std::mutex mutex_;
    std::shared_ptr<GenerationConsumer> consumer_;  // GUARDED_BY(mutex_)
    size_t left_;                                   // GUARDED_BY(mutex_)
    bool ended_ = false;                            // GUARDED_BY(mutex_)
    Usage total_;                                   // GUARDED_BY(mutex_)
};

}  // namespace

void StartGeneration(Engine& engine, Exchange& exchange, std::vector<GenerateRequest> requests,
                     std::shared_ptr<GenerationConsumer> consumer) {
    auto generation = std::make_shared<Generation>(std::move(consumer), requests.size());
    std::vector<RequestId> ids;
    for (size_t i = 0; i < requests.size(); ++i) {
        auto sink = [generation, i](GenerateEvent event) { generation->Take(i, std::move(event)); };
        const auto id = engine.Submit(std::move(requests[i]), std::move(sink));
        if (!id) {
            generation->Fail(ToApiError(id.error()));
            for (const RequestId started : ids) engine.Cancel(started);
            return;
        }
        ids.push_back(*id);
    }
    exchange.OnDisconnect([&engine, ids] {
        for (const RequestId id : ids) engine.Cancel(id);
    });
}

}  // namespace argosy::serve
