// Tokens per second of LoRA training, for bench/train/run:
// bench_train MODEL EXAMPLES.json STEPS BATCH f32|bf16 THREADS [recompute]
// Prints one JSON object: tokens a second, of time and of CPU time, over all steps but the first
// two, and the losses.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/json.h"
#include "model/text_file.h"
#include "train/trainer.h"

namespace argosy::train {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int64_t kWarmUp = 2;

std::vector<Example> ReadExamples(const char* path) {
    std::vector<Example> examples;
    const json::object file = OrThrow(ReadJsonObject(path));
    for (const json::value& tokens : file.at("examples").as_array()) {
        Example& example = examples.emplace_back();
        for (const json::value& token : tokens.as_array()) {
            example.tokens.push_back(token.to_number<TokenId>());
            example.trained.push_back(1);
        }
    }
    return examples;
}

int Run(char** arguments) {
    TrainOptions options;
    options.max_steps = std::atoll(arguments[3]);
    options.batch.examples = std::atoi(arguments[4]);
    options.batch.shuffle = false;
    options.bf16 = std::strcmp(arguments[5], "bf16") == 0;
    options.threads = std::atoi(arguments[6]);
    options.recompute_layers = arguments[7] != nullptr;
    options.optimizer.schedule = Schedule::kConstant;
    Trainer trainer = OrThrow(Trainer::Create(OrThrow(OpenModel(arguments[1])), options));
    Clock::time_point begin;
    std::clock_t begin_cpu = 0;
    int64_t tokens = 0;
    json::array losses;
    Observer observer;
    observer.step = [&](const StepReport& report) {
        losses.push_back(report.loss);
        if (report.step == kWarmUp) {
            begin = Clock::now();
            begin_cpu = std::clock();
        }
        if (report.step > kWarmUp) tokens += report.tokens;
    };
    OrThrow(trainer.Train(ReadExamples(arguments[2]), std::span<const Example>(), observer));
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double cpu = static_cast<double>(std::clock() - begin_cpu) / CLOCKS_PER_SEC;
    const auto count = static_cast<double>(tokens);
    const json::object report = {{"tokens_per_second", count / seconds},
                                 {"tokens_per_cpu_second", count / cpu},
                                 {"losses", std::move(losses)}};
    std::puts(json::serialize(report).c_str());
    return 0;
}

}  // namespace
}  // namespace argosy::train

int main(int count, char** arguments) {
    if (count < 7) {
        std::fputs("bench_train MODEL EXAMPLES STEPS BATCH f32|bf16 THREADS [recompute]\n", stderr);
        return 2;
    }
    return argosy::train::Run(arguments);
}
