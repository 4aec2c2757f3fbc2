// Cross-origin rules (WHATWG Fetch, CORS protocol) for browsers. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "net/exchange.h"
#include "net/headers.h"

namespace argosy {

struct CorsOptions {
    std::vector<std::string> allow_origins;  // empty: CORS is off; "*": every origin
    std::vector<std::string> allow_methods{"GET", "POST", "DELETE", "OPTIONS"};
    std::vector<std::string> allow_headers;  // empty: whatever the preflight asks for
    std::vector<std::string> expose_headers{"X-Request-Id"};
    bool allow_credentials = false;
    int max_age_seconds = 600;
};

/// Whether this is a preflight that the server should answer (204) itself.
bool IsPreflight(const CorsOptions& options, const ServerRequest& request);
/// The headers that an answer to this request needs: none where CORS is off, or the request has no
/// Origin, or its origin is not allowed.
Headers CorsHeaders(const CorsOptions& options, const ServerRequest& request);

}  // namespace argosy
