// GET /metrics: the engine's and the server's state as Prometheus text, under the names that vLLM's
// dashboards use, and argosy_* for what vLLM has no name for.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "engine/engine.h"
#include "net/http_server.h"

namespace argosy::serve {

/// Requests answered, by route pattern and status: a bounded set of labels.
using RequestCounts = std::map<std::pair<std::string, int>, uint64_t>;

/// A model as one scrape sees it.
struct ModelSample {
    std::string name;
    EngineStats stats;
    EngineOptions options;
};

std::string RenderMetrics(std::span<const ModelSample> models, const ServerStats& server,
                          const RequestCounts& requests);

}  // namespace argosy::serve
