#include "lifecycle/mlflow_run_log.h"

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "telemetry/log.h"

namespace argosy::lifecycle {

namespace {

using Clock = std::chrono::steady_clock;

struct PendingArtifact {
    std::filesystem::path file;
    std::string folder;
};

// What one round sends.
struct Batch {
    std::vector<MlflowPoint> points;
    RunTexts params, tags;
    std::optional<PendingArtifact> artifact;
    size_t size() const { return points.size() + params.size() + tags.size() + (artifact ? 1 : 0); }
};

bool MayPass(const Error& error) {
    return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kDeadlineExceeded;
}

RunTexts TakeTexts(RunTexts& from) {
    RunTexts out;
    while (!from.empty() && out.size() < MlflowClient::kMaxTexts) {
        out.insert(from.extract(from.begin()));
    }
    return out;
}

class Sender final : public MlflowRunLog {
  public:
    Sender(MlflowRunOptions options, std::unique_ptr<MlflowClient> client)
        : options_(std::move(options)),
          client_(std::move(client)),
          started_(options_.clock()),
          thread_([this] { Run(); }) {}
    ~Sender() override { Finish(RunEnd::kFailed); }

    void Params(const RunTexts& params) override { PutTexts(params_, params); }
    void Tags(const RunTexts& tags) override { PutTexts(tags_, tags); }
    void Metrics(int64_t step, const RunMetrics& metrics) override;
    void Artifact(const std::filesystem::path& file, std::string_view folder) override;
    void End(RunEnd end) override { Finish(end); }
    size_t lost() const override {
        const std::lock_guard lock(mutex_);
        return lost_;
    }
    std::string run_id() const override {
        const std::lock_guard lock(mutex_);
        return run_.id.empty() ? options_.run_id : run_.id;
    }

  private:
    void PutTexts(RunTexts& to, const RunTexts& texts);
    void Finish(RunEnd end);
    void Run();
    bool WaitForWork(std::unique_lock<std::mutex>& lock);
    Batch TakeBatch();
    void PutBack(Batch batch);
    void BoundPoints();
    Result<void> Send(const Batch& batch);
    Result<void> EnsureRun();
    void Drop(size_t count, const Error& why);
    void Pause(std::unique_lock<std::mutex>& lock, const Error& why);
    bool Empty() const {
        return points_.empty() && params_.empty() && tags_.empty() && artifacts_.empty();
    }
    void Close(std::unique_lock<std::mutex>& lock);

    const MlflowRunOptions options_;
    const std::unique_ptr<MlflowClient> client_;
    const int64_t started_;
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::deque<MlflowPoint> points_;
    RunTexts params_, tags_;
    std::deque<PendingArtifact> artifacts_;
    MlflowRun run_;  // without an id until the server has made it
    std::optional<RunEnd> ending_;
    Clock::time_point give_up_{};
    std::chrono::milliseconds pause_{0};
    size_t lost_ = 0;
    size_t drops_ = 0;
    std::thread thread_;
};

void Sender::PutTexts(RunTexts& to, const RunTexts& texts) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    for (const auto& [key, value] : texts) to[key] = value;
    changed_.notify_one();
}

void Sender::Metrics(int64_t step, const RunMetrics& metrics) {
    const int64_t now = options_.clock();
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    for (const auto& [name, value] : metrics) points_.push_back({name, value, step, now});
    BoundPoints();
    changed_.notify_one();
}

void Sender::Artifact(const std::filesystem::path& file, std::string_view folder) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    if (artifacts_.size() == options_.max_artifacts) {
        artifacts_.pop_front();
        ++lost_;
    }
    artifacts_.push_back({file, std::string(folder)});
    changed_.notify_one();
}

void Sender::Finish(RunEnd end) {
    {
        const std::lock_guard lock(mutex_);
        if (!ending_) {
            ending_ = end;
            give_up_ = Clock::now() + options_.end_limit;
        }
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

// Waits until there is something to do; false once everything is sent and the run has ended.
bool Sender::WaitForWork(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock, [this] { return ending_ || !Empty(); });
    // More comes soon: one request for many steps.
    changed_.wait_for(lock, options_.send_every,
                      [this] { return ending_ || points_.size() >= MlflowClient::kMaxPoints; });
    return !Empty();
}

Batch Sender::TakeBatch() {
    Batch batch;
    batch.params = TakeTexts(params_);
    batch.tags = TakeTexts(tags_);
    const size_t room = MlflowClient::kMaxPoints - batch.params.size() - batch.tags.size();
    while (!points_.empty() && batch.points.size() < room) {
        batch.points.push_back(std::move(points_.front()));
        points_.pop_front();
    }
    if (batch.size() == 0 && !artifacts_.empty()) {
        batch.artifact = std::move(artifacts_.front());
        artifacts_.pop_front();
    }
    return batch;
}

// What came meanwhile is newer and wins.
void Sender::PutBack(Batch batch) {
    params_.merge(batch.params);
    tags_.merge(batch.tags);
    points_.insert(points_.begin(), batch.points.begin(), batch.points.end());
    BoundPoints();
    if (batch.artifact) artifacts_.push_front(std::move(*batch.artifact));
}

void Sender::BoundPoints() {
    while (points_.size() > options_.max_points) {
        points_.pop_front();
        ++lost_;
    }
}

Result<void> Sender::EnsureRun() {
    if (!run_.id.empty()) return {};  // only this thread changes it
    Result<MlflowRun> run = MlflowRun{};
    if (!options_.run_id.empty()) {
        run = client_->ResumeRun(options_.run_id);
    } else {
        ARGOSY_TRY(const std::string experiment, client_->EnsureExperiment(options_.experiment));
        run = client_->CreateRun(experiment, options_.run_name, started_);
    }
    if (!run) return std::unexpected(std::move(run.error()));
    const std::lock_guard lock(mutex_);
    run_ = std::move(*run);
    return {};
}

Result<void> Sender::Send(const Batch& batch) {
    ARGOSY_CHECK_OK(EnsureRun());
    if (!batch.artifact) {
        return client_->LogBatch(run_.id, batch.points, batch.params, batch.tags);
    }
    auto sent = client_->Upload(run_, batch.artifact->file, batch.artifact->folder);
    if (!sent) return At(batch.artifact->file.string(), std::move(sent.error()));
    return sent;
}

void Sender::Drop(size_t count, const Error& why) {
    lost_ += count;
    if (!std::has_single_bit(++drops_)) return;  // few words about many losses
    log::Warn("MLflow did not take a part of the run; training goes on",
              {{"server", options_.server.uri}, {"lost", lost_}, {"why", why.ToString()}});
}

void Sender::Pause(std::unique_lock<std::mutex>& lock, const Error& why) {
    const bool first = pause_.count() == 0;
    pause_ = first ? options_.first_pause : std::min(pause_ * 2, options_.longest_pause);
    if (first) {
        log::Warn("MLflow cannot be reached; training goes on, trying again",
                  {{"server", options_.server.uri}, {"why", why.ToString()}});
    }
    const auto until = Clock::now() + pause_;
    // An end shortens a long pause: there is one more try at once.
    const bool was_ending = ending_.has_value();
    changed_.wait_until(lock, ending_ ? std::min(until, give_up_) : until,
                        [&] { return ending_.has_value() && !was_ending; });
}

void Sender::Close(std::unique_lock<std::mutex>& lock) {
    const RunEnd end = ending_.value_or(RunEnd::kFailed);
    lock.unlock();
    Result<void> closed = EnsureRun();
    if (closed) closed = client_->EndRun(run_.id, end, options_.clock());
    lock.lock();
    if (!closed) Drop(1, closed.error());
}

void Sender::Run() {
    std::unique_lock lock(mutex_);
    while (WaitForWork(lock) || !ending_) {
        if (Empty()) continue;
        Batch batch = TakeBatch();
        lock.unlock();
        const Result<void> sent = Send(batch);
        lock.lock();
        if (sent) {
            pause_ = std::chrono::milliseconds(0);
        } else if (!MayPass(sent.error())) {
            Drop(batch.size(), sent.error());
        } else if (ending_ && Clock::now() >= give_up_) {
            const size_t left = points_.size() + params_.size() + tags_.size() + artifacts_.size();
            return Drop(batch.size() + left, sent.error());
        } else {
            PutBack(std::move(batch));
            Pause(lock, sent.error());
        }
    }
    Close(lock);
}

}  // namespace

MlflowRunOptions MlflowRunOptions::FromEnvironment() {
    MlflowRunOptions options{.server = MlflowServer::FromEnvironment()};
    if (const char* name = std::getenv("MLFLOW_EXPERIMENT_NAME")) options.experiment = name;
    if (const char* id = std::getenv("MLFLOW_RUN_ID")) options.run_id = id;
    return options;
}

Result<std::unique_ptr<MlflowRunLog>> OpenMlflowRunLog(MlflowRunOptions options) {
    ARGOSY_TRY(auto client, MlflowClient::Make(options.server));
    return std::make_unique<Sender>(std::move(options), std::move(client));
}

}  // namespace argosy::lifecycle
