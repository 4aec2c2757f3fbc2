// The console: the web application of web/, served out of the binary.
//
//     Router router;
//     console::AddConsole(router);  // GET / and GET /assets/...
//
// Its files need no key: they hold nothing secret, and the page asks for the key itself. All that
// it shows comes from the API under /v1 and from /metrics of the same origin.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "console/embedded_file.h"
#include "net/router.h"

namespace argosy::console {

struct ConsoleRoute {
    std::string method;
    std::string pattern;
    Handler handler;
};

/// For a server that wraps its routes; AddConsole is the same for a plain Router. `files` outlive
/// the routes.
std::vector<ConsoleRoute> ConsoleRoutes(std::span<const EmbeddedFile> files = EmbeddedFiles());
void AddConsole(Router& router, std::span<const EmbeddedFile> files = EmbeddedFiles());

}  // namespace argosy::console
