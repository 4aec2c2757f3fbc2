// Load against any OpenAI-compatible endpoint: TTFT, TPOT, ITL, throughput and goodput.
#pragma once

#include <string>

#include "base/json.h"

namespace argosy::cli {

struct HttpBenchOptions {
    std::string url;  // "http://127.0.0.1:8080/v1"
    std::string model;
    std::string api_key;
    int requests = 64;
    int concurrency = 8;
    double rate = 0;         // requests a second, Poisson; 0: as fast as concurrency allows
    int prompt_words = 256;  // a word is about a token
    int shared_words = 0;    // of them, the same at the start of every prompt
    int max_tokens = 64;
    double slo_ttft_seconds = 2;
    double slo_itl_seconds = 0.025;
    unsigned seed = 1;
};

/// {"requests", "errors", "seconds", "requests_per_second", "output_tokens_per_second",
/// "ttft_seconds": {...}, "tpot_seconds": {...}, "itl_seconds": {...}, "e2e_seconds": {...},
/// "goodput_requests_per_second"}. Throws kInvalidArgument (URL), kUnavailable (nobody answers).
json::object BenchHttp(const HttpBenchOptions& options);

}  // namespace argosy::cli
