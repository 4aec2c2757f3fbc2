#include "serve/face_work.h"

#include "telemetry/log.h"

namespace argosy::serve {

FaceWork::~FaceWork() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
        for (const Stop& stop : running_) stop->request_stop();
    }
    pool_.reset();
}

bool FaceWork::Post(const std::shared_ptr<Exchange>& exchange,
                    std::function<void(std::stop_token)> work) {
    const Stop stop = std::make_shared<std::stop_source>();
    {
        const std::scoped_lock lock(mutex_);
        if (ending_ || running_.size() >= most_) return false;
        running_.insert(stop);
    }
    exchange->OnDisconnect([stop] { stop->request_stop(); });
    pool_->Post([this, stop, work = std::move(work)] {
        try {
            work(stop->get_token());
        } catch (const std::exception& e) {  // this request's end; the exchange answers 500
            log::Error("request failed", {{"error", e.what()}});
        }
        End(stop);
    });
    return true;
}

void FaceWork::End(const Stop& stop) {
    const std::scoped_lock lock(mutex_);
    running_.erase(stop);
}

}  // namespace argosy::serve
