#include "net/cors.h"

#include <fmt/format.h>

#include <algorithm>

namespace argosy {

namespace {

std::string Join(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

bool Has(const std::vector<std::string>& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

}  // namespace

bool IsPreflight(const CorsOptions& options, const ServerRequest& request) {
    return !options.allow_origins.empty() && request.method == "OPTIONS" &&
           request.headers.Find("Origin") != nullptr &&
           request.headers.Find("Access-Control-Request-Method") != nullptr;
}

Headers CorsHeaders(const CorsOptions& options, const ServerRequest& request) {
    Headers out;
    const std::string_view origin = request.headers.Get("Origin");
    if (options.allow_origins.empty() || origin.empty()) return out;
    const bool any = Has(options.allow_origins, "*");
    // Answers differ by origin, and a cache must know, also where this one is not allowed.
    if (!any || options.allow_credentials) out.Add("Vary", "Origin");
    if (!any && !Has(options.allow_origins, origin)) return out;
    // A credentialed answer may not say "*".
    out.Add("Access-Control-Allow-Origin",
            any && !options.allow_credentials ? "*" : std::string(origin));
    if (options.allow_credentials) out.Add("Access-Control-Allow-Credentials", "true");
    if (!IsPreflight(options, request)) {
        if (!options.expose_headers.empty()) {
            out.Add("Access-Control-Expose-Headers", Join(options.expose_headers));
        }
        return out;
    }
    out.Add("Access-Control-Allow-Methods", Join(options.allow_methods));
    const std::string_view wanted = request.headers.Get("Access-Control-Request-Headers");
    if (!options.allow_headers.empty()) {
        out.Add("Access-Control-Allow-Headers", Join(options.allow_headers));
    } else if (!wanted.empty()) {
        out.Add("Access-Control-Allow-Headers", std::string(wanted));
    }
    out.Add("Access-Control-Max-Age", fmt::format("{}", options.max_age_seconds));
    return out;
}

}  // namespace argosy
