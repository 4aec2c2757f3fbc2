// Chooses a handler by method and path. Build it first, then share it: routing is const and
// thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/exchange.h"

namespace argosy {

class Router {
  public:
    /// `pattern`: "/v1/models/{model}"; a {param} is one segment (which may hold an encoded slash),
    /// a last {param*} is all that follows, slashes included. Literal segments win over params.
    /// A GET route answers HEAD too. Adding the same method and pattern twice is a CHECK.
    void Add(std::string method, std::string_view pattern, Handler handler);
    /// Called where no path matches. Default: 404 text/plain.
    void SetNotFound(Handler handler) { not_found_ = std::move(handler); }
    /// Called where the path exists for other methods (`allow`: "GET, POST"; the response's Allow
    /// header is for the handler to set). Default: 405 text/plain with Allow.
    using MethodHandler = std::function<void(const std::shared_ptr<Exchange>&, std::string allow)>;
    void SetMethodNotAllowed(MethodHandler handler) { bad_method_ = std::move(handler); }

    void Route(const std::shared_ptr<Exchange>& exchange) const;
    /// A handler with its own copy of the routes.
    Handler AsHandler() const;

  private:
    struct Entry {
        std::string method;
        std::vector<std::string> segments;  // as in the pattern
        Handler handler;
    };
    std::vector<Entry> entries_;
    Handler not_found_;
    MethodHandler bad_method_;
};

}  // namespace argosy
