// Serves the embedded console alone, for the browser tests: prints its address and runs until its
// input ends.
#include <iostream>
#include <string>

#include "console/console.h"
#include "net/http_server.h"

int main() {
    argosy::Router router;
    argosy::console::AddConsole(router);
    argosy::ServerOptions options;
    options.threads = 1;
    argosy::HttpServer server(options, router.AsHandler());
    if (const auto started = server.Start(); !started) {
        std::cerr << started.error().ToString() << "\n";
        return 1;
    }
    std::cout << "http://127.0.0.1:" << server.port() << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
    }
    return 0;
}
