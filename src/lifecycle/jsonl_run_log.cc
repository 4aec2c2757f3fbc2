#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>

#include "base/json.h"
#include "lifecycle/metric_json.h"
#include "lifecycle/run_log.h"
#include "telemetry/log.h"

namespace argosy::lifecycle {

namespace {

class JsonlRunLog final : public RunLog {
  public:
    JsonlRunLog(std::ofstream out, std::string file, WallClock clock)
        : out_(std::move(out)), file_(std::move(file)), clock_(std::move(clock)) {}

    void Start(const std::string& name) { Write("start", {{"run", name}}); }
    void Params(const RunTexts& params) override { Write("params", {{"params", Texts(params)}}); }
    void Tags(const RunTexts& tags) override { Write("tags", {{"tags", Texts(tags)}}); }
    void Metrics(int64_t step, const RunMetrics& metrics) override {
        json::object values;
        for (const auto& [name, value] : metrics) values[name] = MetricJson(value);
        Write("metrics", {{"step", step}, {"metrics", std::move(values)}});
    }
    void Artifact(const std::filesystem::path& file, std::string_view folder) override {
        Write("artifact", {{"path", file.string()}, {"folder", folder}});
    }
    void End(RunEnd end) override {
        Write("end", {{"status", ToString(end)}});
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    size_t lost() const override {
        const std::lock_guard lock(mutex_);
        return lost_;
    }

  private:
    static json::object Texts(const RunTexts& texts) {
        json::object out;
        for (const auto& [key, value] : texts) out[key] = value;
        return out;
    }

    void Write(std::string_view event, json::object fields) {
        json::object line{{"time", clock_()}, {"event", event}};
        for (auto& [key, value] : fields) line[key] = std::move(value);
        const std::lock_guard lock(mutex_);
        if (ended_) return;
        out_ << json::serialize(line) << '\n' << std::flush;
        if (out_) return;
        out_.clear();
        if (++lost_ == 1)
            log::Warn("run log cannot be written; training goes on", {{"file", file_}});
    }

    mutable std::mutex mutex_;
    std::ofstream out_;  // GUARDED_BY(mutex_), as are the two below
    bool ended_ = false;
    size_t lost_ = 0;
    std::string file_;
    WallClock clock_;
};

}  // namespace

Result<std::unique_ptr<RunLog>> OpenJsonlRunLog(const std::filesystem::path& file,
                                                const std::string& run_name, WallClock clock) {
    std::ofstream out(file, std::ios::app);
    if (!out) {
        const ErrorCode code =
            errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied;
        return At(
            file.string(),
            {code, fmt::format("cannot be opened to append to: {}", std::strerror(errno)), {}});
    }
    auto log = std::make_unique<JsonlRunLog>(std::move(out), file.string(), std::move(clock));
    log->Start(run_name);
    return log;
}

}  // namespace argosy::lifecycle
