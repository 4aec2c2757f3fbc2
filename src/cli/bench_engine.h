// Prefill and decode speed of a model on this machine's engine, without HTTP in between.
#pragma once

#include <vector>

#include "base/json.h"
#include "serve/model_host.h"

namespace argosy::cli {

struct EngineBenchOptions {
    std::vector<int> prompt_lengths{512};  // tokens of a prefill
    std::vector<int> batches{1, 8};        // sequences decoded at a time
    int decode_tokens = 64;                // of each sequence
    int runs = 3;                          // the median is reported
};

/// {"name": "prefill" | "decode", "tokens", "batch", "tokens_per_second", "runs": [...]}.
json::array BenchEngine(const serve::ModelHost& host, const EngineBenchOptions& options);

}  // namespace argosy::cli
