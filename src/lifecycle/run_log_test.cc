#include "lifecycle/run_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <mutex>

#include "base/json.h"
#include "lifecycle/mlflow_run_log.h"
#include "net/http_server.h"

namespace argosy::lifecycle {
namespace {

using namespace std::chrono_literals;

std::filesystem::path NewFolder() {
    char name[] = "/tmp/argosy_run_log_XXXXXX";
    return mkdtemp(name);
}

TEST(JsonlRunLog, WritesALineAnEvent) {
    const auto dir = NewFolder();
    auto log = OrThrow(OpenJsonlRunLog(dir / "run.jsonl", "first", [] { return int64_t{7}; }));
    log->Params({{"rank", "8"}});
    log->Metrics(3, {{"loss", 1.5}, {"bad", std::nan("")}});
    log->End(RunEnd::kFinished);
    log->Metrics(4, {{"late", 1}});
    std::ifstream in(dir / "run.jsonl");
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0], R"({"time":7,"event":"start","run":"first"})");
    EXPECT_EQ(lines[2],
              R"({"time":7,"event":"metrics","step":3,"metrics":{"loss":1.5E0,"bad":"NaN"}})");
    EXPECT_EQ(lines[3], R"({"time":7,"event":"end","status":"FINISHED"})");
    EXPECT_FALSE(OpenJsonlRunLog(dir / "none" / "run.jsonl", "x"));
    std::filesystem::remove_all(dir);
}

// A tracking server of one run that keeps what it was told, and fails as told.
class FakeMlflow {
  public:
    FakeMlflow() : server_({}, [this](const std::shared_ptr<Exchange>& x) { Answer(*x); }) {
        OrThrow(server_.Start());
    }
    MlflowRunOptions Options() const {
        MlflowRunOptions options;
        options.server.uri = fmt::format("http://127.0.0.1:{}/", server_.port());
        options.server.token = "secret";
        options.send_every = 1ms;
        options.first_pause = 1ms;
        options.longest_pause = 4ms;
        options.end_limit = 100ms;
        return options;
    }

    std::mutex mutex;
    int failing = 0;  // requests still to be answered by `status`
    int status = 503;
    bool hold = false;  // while it fails for ever
    std::vector<double> losses;
    std::vector<std::string> uploads;
    std::string end, authorization;
    json::object params;

  private:
    void Answer(Exchange& x) {
        const std::lock_guard lock(mutex);
        const std::string& path = x.request().path;
        authorization = x.request().headers.Get("Authorization");
        if (hold || failing > 0) {
            --failing;
            return x.Respond(status, {}, R"({"error_code": "X", "message": "not now"})");
        }
        if (path.ends_with("get-by-name")) {
            return x.Respond(404, {}, R"({"error_code": "RESOURCE_DOES_NOT_EXIST"})");
        }
        if (path.ends_with("experiments/create"))
            return x.Respond(200, {}, R"({"experiment_id": "1"})");
        if (path.ends_with("runs/create")) {
            return x.Respond(200, {}, R"({"run": {"info": {"run_id": "r1",
                "artifact_uri": "mlflow-artifacts:/1/r1/artifacts"}}})");
        }
        if (x.request().method == "PUT") uploads.push_back(path + "=" + x.request().body);
        if (path.ends_with("log-batch")) Keep(ParseJson(x.request().body)->as_object());
        if (path.ends_with("runs/update")) {
            end = json::value_to<std::string>(ParseJson(x.request().body)->at("status"));
        }
        x.Respond(200, {}, "{}");
    }
    void Keep(const json::object& batch) {
        for (const json::value& point : batch.at("metrics").as_array()) {
            losses.push_back(point.at("value").to_number<double>());
        }
        for (const json::value& param : batch.at("params").as_array()) {
            params[param.at("key").as_string()] = param.at("value");
        }
    }
    HttpServer server_;
};

std::vector<double> UpTo(int count, int from = 0) {
    std::vector<double> out;
    for (int i = from; i < count; ++i) out.push_back(i);
    return out;
}

TEST(MlflowRunLog, SendsEverythingOnceThoughTheServerFailsForAWhile) {
    FakeMlflow fake;
    fake.failing = 5;
    auto options = fake.Options();
    options.end_limit = 20s;
    auto log = OrThrow(OpenMlflowRunLog(options));
    log->Params({{"rank", "8"}});
    for (int i = 0; i < 2500; ++i) log->Metrics(i, {{"loss", i}});
    const auto dir = NewFolder();
    std::ofstream(dir / "a b.txt") << "bytes";
    log->Artifact(dir / "a b.txt", "plots");
    log->End(RunEnd::kFinished);
    EXPECT_EQ(log->lost(), 0u);
    EXPECT_EQ(log->run_id(), "r1");
    EXPECT_EQ(fake.losses, UpTo(2500));
    EXPECT_EQ(fake.params.at("rank"), "8");
    ASSERT_EQ(fake.uploads.size(), 1u);
    EXPECT_EQ(fake.uploads[0],
              "/api/2.0/mlflow-artifacts/artifacts/1/r1/artifacts/plots/a b.txt=bytes");
    EXPECT_EQ(fake.end, "FINISHED");
    EXPECT_EQ(fake.authorization, "Bearer secret");
    std::filesystem::remove_all(dir);
}

TEST(MlflowRunLog, GivesUpInABoundedTimeOnAServerThatStaysDown) {
    FakeMlflow fake;
    fake.hold = true;
    auto options = fake.Options();
    options.max_points = 10;
    auto log = OrThrow(OpenMlflowRunLog(options));
    for (int i = 0; i < 1000; ++i) log->Metrics(i, {{"loss", i}});
    log->End(RunEnd::kFailed);
    EXPECT_GE(log->lost(), 1000u);
    EXPECT_TRUE(fake.losses.empty());
}

TEST(MlflowRunLog, KeepsTheNewestPointsWhereTheBufferIsFull) {
    FakeMlflow fake;
    auto options = fake.Options();
    options.max_points = 10;
    options.send_every = 1h;  // nothing goes before the end
    auto log = OrThrow(OpenMlflowRunLog(options));
    for (int i = 0; i < 50; ++i) log->Metrics(i, {{"loss", i}});
    log->End(RunEnd::kFinished);
    EXPECT_EQ(log->lost(), 40u);
    EXPECT_EQ(fake.losses, UpTo(50, 40));
}

TEST(MlflowRunLog, DropsWhatTheServerRefusesForGood) {
    FakeMlflow fake;
    fake.hold = true;
    fake.status = 401;
    auto log = OrThrow(OpenMlflowRunLog(fake.Options()));
    log->Metrics(1, {{"loss", 1}});
    log->End(RunEnd::kFinished);
    EXPECT_EQ(log->lost(), 2u);  // the point, and the end of the run
}

TEST(MlflowRunLog, RefusesATrackingUriThatIsNoServer) {
    MlflowRunOptions options;
    options.server.uri = "sqlite:///mlflow.db";
    EXPECT_EQ(OpenMlflowRunLog(options).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace argosy::lifecycle
