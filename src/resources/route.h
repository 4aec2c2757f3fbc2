// Route: public model names, and the models that stand behind them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/metadata.h"

namespace argosy::resources {

struct Backend {
    std::string model;
    int weight = 1;

    bool operator==(const Backend&) const = default;
};
const Description<Backend>& Describe(const Backend*);

struct Fallback {
    std::optional<std::string> model;
    std::optional<std::string> route;

    bool operator==(const Fallback&) const = default;
};
const Description<Fallback>& Describe(const Fallback*);

struct Canary {
    std::string model;
    double percent = 5;
    std::optional<std::string> header;
    std::optional<double> max_error_percent;

    bool operator==(const Canary&) const = default;
};
const Description<Canary>& Describe(const Canary*);

struct Retry {
    int attempts = 2;
    Duration timeout = std::chrono::minutes(10);
    std::optional<Duration> first_token_timeout;

    bool operator==(const Retry&) const = default;
};
const Description<Retry>& Describe(const Retry*);

struct SemanticCache {
    std::string embedding;
    double threshold = 0.97;

    bool operator==(const SemanticCache&) const = default;
};
const Description<SemanticCache>& Describe(const SemanticCache*);

struct AnswerCache {
    bool exact = true;
    std::optional<SemanticCache> semantic;
    Duration expiry = std::chrono::hours(1);
    Bytes size{64 << 20};

    bool operator==(const AnswerCache&) const = default;
};
const Description<AnswerCache>& Describe(const AnswerCache*);

struct RouteSpec {
    std::vector<std::string> names;
    std::vector<Backend> backends;
    std::vector<Fallback> fallbacks;
    std::optional<Canary> canary;
    Retry retry;
    std::optional<AnswerCache> cache;

    bool operator==(const RouteSpec&) const = default;
};
const Description<RouteSpec>& Describe(const RouteSpec*);
using Route = Resource<RouteSpec>;

}  // namespace argosy::resources
