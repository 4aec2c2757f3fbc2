// `argosy bench`: the speed of a model here, or of any OpenAI endpoint under load.
#include <iostream>

#include "cli/bench_engine.h"
#include "cli/bench_http.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "engine/kernels/cpu_features.h"
#include "engine/kernels/machine_peaks.h"

namespace argosy::cli {

namespace {

struct BenchFlags {
    EngineFlags engine;
    EngineBenchOptions local;
    HttpBenchOptions http;
};

json::object BenchModel(BenchFlags& flags) {
    const auto host = OpenHost(flags.engine);
    const int threads = host->engine().options().threads;
    ThreadPool pool(threads);
    json::object out{{"model", host->name()},
                     {"threads", threads},
                     {"kernels", DescribeKernels()},
                     {"weight_bytes", host->info().weight_bytes},
                     {"layer_products", host->info().layer_products},
                     {"read_bytes_per_second", MeasureReadBandwidth(pool)},
                     {"peak_flops_per_second", MeasurePeakFlops(pool)}};
    out["results"] = BenchEngine(*host, flags.local);
    return out;
}

// Decode reads all weights for each step; prefill multiplies every token with the layers' matrices.
std::string ShareOfPeak(const json::object& out, const json::object& result) {
    const auto number = [&](const char* key) { return out.at(key).to_number<double>(); };
    const double rate = result.at("tokens_per_second").to_number<double>();
    const double batch = result.at("batch").to_number<double>();
    if (result.at("name") == "decode") {
        return fmt::format(
            "{:.0f} % of the memory bandwidth",
            100 * rate / batch * number("weight_bytes") / number("read_bytes_per_second"));
    }
    return fmt::format("{:.0f} % of the F32 peak",
                       100 * rate * 2 * number("layer_products") / number("peak_flops_per_second"));
}

void PrintModel(const json::object& out) {
    std::cout << fmt::format("{} on {} threads, {}; memory reads {:.1f} GB/s, F32 {:.1f} GFLOP/s\n",
                             json::value_to<std::string>(out.at("model")),
                             out.at("threads").as_int64(),
                             json::value_to<std::string>(out.at("kernels")),
                             out.at("read_bytes_per_second").to_number<double>() / 1e9,
                             out.at("peak_flops_per_second").to_number<double>() / 1e9);
    for (const json::value& value : out.at("results").as_array()) {
        const json::object& result = value.as_object();
        std::cout << fmt::format("  {:<8} {:>5} tokens  batch {:>3}  {:>9.1f} tokens/s  {}\n",
                                 json::value_to<std::string>(result.at("name")),
                                 result.at("tokens").as_int64(), result.at("batch").as_int64(),
                                 result.at("tokens_per_second").to_number<double>(),
                                 ShareOfPeak(out, result));
    }
}

void PrintLine(const json::object& out, const char* name) {
    const json::object& p = out.at(std::string(name) + "_seconds").as_object();
    std::cout << fmt::format(
        "  {:<5} ms  mean {:>9.1f}  p50 {:>9.1f}  p90 {:>9.1f}  p99 {:>9.1f}\n", name,
        p.at("mean").as_double() * 1e3, p.at("p50").as_double() * 1e3,
        p.at("p90").as_double() * 1e3, p.at("p99").as_double() * 1e3);
}

void PrintHttp(const json::object& out) {
    std::cout << fmt::format(
        "{} requests, {} errors, {:.1f} s\n  {:.2f} requests/s, {:.1f} output tokens/s, {:.1f} "
        "tokens/s in all, goodput {:.2f} requests/s\n",
        out.at("requests").as_int64(), out.at("errors").as_int64(), out.at("seconds").as_double(),
        out.at("requests_per_second").as_double(), out.at("output_tokens_per_second").as_double(),
        out.at("total_tokens_per_second").as_double(),
        out.at("goodput_requests_per_second").as_double());
    for (const char* name : {"ttft", "tpot", "itl", "e2e"}) PrintLine(out, name);
    if (const json::value* error = out.if_contains("first_error")) {
        std::cout << "  first error: " << json::value_to<std::string>(*error) << "\n";
    }
}

void AddHttpFlags(CLI::App& command, HttpBenchOptions& http) {
    command.add_option("--url", http.url, "endpoint to load, e.g. http://127.0.0.1:8080/v1");
    command.add_option("--served-model", http.model, "model name to ask the endpoint for");
    command.add_option("--api-key", http.api_key, "better in ARGOSY_BENCH_API_KEY");
    command.add_option("--requests", http.requests, "in all")->capture_default_str();
    command.add_option("--concurrency", http.concurrency, "at a time")->capture_default_str();
    command.add_option("--rate", http.rate, "requests a second, Poisson; 0: by concurrency");
    command.add_option("--prompt-words", http.prompt_words, "a word is about a token")
        ->capture_default_str();
    command.add_option("--shared-words", http.shared_words, "of them, the same in every prompt")
        ->capture_default_str();
    command.add_option("--max-tokens", http.max_tokens, "of an answer")->capture_default_str();
    command.add_option("--slo-ttft", http.slo_ttft_seconds, "seconds, for goodput")
        ->capture_default_str();
    command.add_option("--slo-itl", http.slo_itl_seconds, "seconds a token, for goodput")
        ->capture_default_str();
}

}  // namespace

void AddBench(CLI::App& app, Globals& globals) {
    CLI::App* command =
        app.add_subcommand("bench", "Measure a model on this machine, or an endpoint under load");
    auto flags = std::make_shared<BenchFlags>();
    auto* model = command->add_option("model", flags->engine.host.source, "GGUF file or URI");
    command->add_option("--prefill", flags->local.prompt_lengths, "prompt lengths, tokens")
        ->delimiter(',')
        ->capture_default_str();
    command->add_option("--batch", flags->local.batches, "sequences decoded at a time")
        ->delimiter(',')
        ->capture_default_str();
    command->add_option("--decode", flags->local.decode_tokens, "tokens decoded")
        ->check(CLI::Range(2, 1 << 20))
        ->capture_default_str();
    command->add_option("--runs", flags->local.runs, "the median is reported")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    AddHttpFlags(*command, flags->http);
    AddEngineFlags(*command, flags->engine);
    command->footer(
        "Example:\n  argosy bench ./model.gguf --prefill 128,512 --batch 1,8\n"
        "  argosy bench --url http://127.0.0.1:8080/v1 --requests 200 --concurrency 16");
    command->callback([flags, model, &globals] {
        if (model->empty() == flags->http.url.empty()) {
            throw Exception({ErrorCode::kInvalidArgument,
                             "give either a model to measure here or --url of an endpoint",
                             {}});
        }
        const bool here = flags->http.url.empty();
        const json::object out = here ? BenchModel(*flags) : BenchHttp(flags->http);
        if (globals.json()) {
            std::cout << json::serialize(out) << "\n";
        } else {
            here ? PrintModel(out) : PrintHttp(out);
        }
    });
}

}  // namespace argosy::cli
