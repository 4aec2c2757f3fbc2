// A small run for mlflow_test.py, logged to the server of MLFLOW_TRACKING_URI: mlflow_run FILE.
// Prints {"run_id": ..., "lost": ...}.
#include <cmath>
#include <iostream>

#include "base/json.h"
#include "lifecycle/mlflow_run_log.h"
#include "telemetry/log.h"

int main(int argc, char** argv) {
    using namespace argosy;
    using namespace argosy::lifecycle;
    using namespace std::chrono_literals;
    if (argc != 2) return 2;
    log::Configure(log::Level::kWarn, log::Format::kText);
    MlflowRunOptions options = MlflowRunOptions::FromEnvironment();
    options.run_name = "loyalty-lora";
    options.send_every = 50ms;
    options.first_pause = 50ms;
    options.end_limit = 3s;
    const auto run = OpenMlflowRunLog(options);
    if (!run) return std::cerr << run.error().ToString() << "\n", 1;
    RunLog& log = **run;
    log.Params({{"method", "lora"}, {"rank", "8"}, {"data", std::string(9000, 'x')}});
    log.Tags({{"argosy.base", "shop-chat"}});
    for (int step = 0; step < 3000; ++step) {
        log.Metrics(step, {{"train/loss", 4 * std::exp(-step / 500.0)}, {"lr", 1e-4}});
        if (step % 500 == 0) log.Metrics(step, {{"eval/loss", 4.5 * std::exp(-step / 600.0)}});
    }
    log.Metrics(3000, {{"train/loss", std::nan("")}});
    log.Artifact(argv[1], "plots");
    log.End(RunEnd::kFinished);
    std::cout << json::serialize(json::object{{"run_id", (*run)->run_id()}, {"lost", log.lost()}})
              << "\n";
}
