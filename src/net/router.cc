#include "net/router.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "net/url.h"

namespace argosy {

namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

/// Segments of a path without its leading slash: "/a/b" gives {"a", "b"}, "/" gives {""}.
std::vector<std::string> Split(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    std::vector<std::string> out;
    while (true) {
        const size_t slash = std::min(path.find('/'), path.size());
        out.emplace_back(path.substr(0, slash));
        if (slash == path.size()) return out;
        path.remove_prefix(slash + 1);
    }
}

bool IsParam(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool IsRest(std::string_view segment) { return IsParam(segment) && segment.ends_with("*}"); }

/// A path decoded per segment, so that %2F does not split one.
std::vector<std::string> DecodedSegments(std::string_view target) {
    std::vector<std::string> out = Split(target.substr(0, target.find('?')));
    for (std::string& segment : out) segment = PercentDecode(segment).value_or(segment);
    return out;
}

/// Literal segments matched, or -1 where the pattern does not fit.
int Match(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
          Params& params) {
    int literals = 0;
    params.clear();
    for (size_t i = 0; i < pattern.size(); ++i) {
        const std::string_view want = pattern[i];
        if (i >= path.size()) return -1;
        if (IsRest(want)) {
            std::string rest = path[i];
            for (size_t j = i + 1; j < path.size(); ++j) rest += "/" + path[j];
            if (rest.empty()) return -1;
            params.emplace_back(want.substr(1, want.size() - 3), std::move(rest));
            return literals;
        }
        if (IsParam(want)) {
            if (path[i].empty()) return -1;
            params.emplace_back(want.substr(1, want.size() - 2), path[i]);
        } else if (want == path[i]) {
            ++literals;
        } else {
            return -1;
        }
    }
    return pattern.size() == path.size() ? literals : -1;
}

}  // namespace

void Router::Add(std::string method, std::string_view pattern, Handler handler) {
    Entry entry{std::move(method), Split(pattern), std::move(handler)};
    for (const Entry& other : entries_) {
        ARGOSY_CHECK(other.method != entry.method || other.segments != entry.segments);
    }
    for (size_t i = 0; i + 1 < entry.segments.size(); ++i) ARGOSY_CHECK(!IsRest(entry.segments[i]));
    entries_.push_back(std::move(entry));
}

void Router::Route(const std::shared_ptr<Exchange>& exchange) const {
    const ServerRequest& request = exchange->request();
    const std::vector<std::string> path = DecodedSegments(request.target);
    const Entry* best = nullptr;
    int best_score = -1;
    Params best_params;
    std::vector<std::string> allowed;
    for (const Entry& entry : entries_) {
        Params params;
        const int literals = Match(entry.segments, path, params);
        if (literals < 0) continue;
        allowed.push_back(entry.method);
        const bool exact = entry.method == request.method;
        if (!exact && !(entry.method == "GET" && request.method == "HEAD")) continue;
        const int score = 4 * literals + (IsRest(entry.segments.back()) ? 0 : 2) + (exact ? 1 : 0);
        if (score <= best_score) continue;
        best = &entry;
        best_score = score;
        best_params = std::move(params);
    }
    if (best != nullptr) {
        exchange->mutable_request().params = std::move(best_params);
        return best->handler(exchange);
    }
    if (allowed.empty()) {
        if (not_found_) return not_found_(exchange);
        return exchange->Respond(404, {{"Content-Type", "text/plain"}},
                                 "nothing is at " + request.path + "\n");
    }
    std::ranges::sort(allowed);
    allowed.erase(std::ranges::unique(allowed).begin(), allowed.end());
    std::string allow;
    for (const std::string& method : allowed) allow += (allow.empty() ? "" : ", ") + method;
    if (bad_method_) return bad_method_(exchange, allow);
    exchange->Respond(405, {{"Content-Type", "text/plain"}, {"Allow", allow}},
                      request.path + " answers " + allow + "\n");
}

Handler Router::AsHandler() const {
    return [routes = std::make_shared<const Router>(*this)](
               const std::shared_ptr<Exchange>& exchange) { routes->Route(exchange); };
}

}  // namespace argosy
