// A tool that is one HTTP request, as the application's file declares it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "assistant/tools/tool_box.h"
#include "net/http_client.h"

namespace argosy::assistant {

struct HttpToolHeader {
    std::string name;
    std::string value;      // as it is
    std::string value_env;  // or from this environment variable, behind `value`: "Bearer " + secret
};

struct HttpToolOptions {
    std::string name;
    std::string description;
    json::object parameters;  // JSON Schema of the arguments
    std::string method = "GET";
    std::string url;  // a UrlTemplate; arguments that it has no place for go into a JSON body
    std::vector<HttpToolHeader> headers;
    std::chrono::milliseconds timeout{10'000};
    size_t max_response_bytes = 256 << 10;
};

/// `client` outlives the tool and is made by MakeToolClient. Errors: kInvalidArgument (URL, method,
/// a GET with arguments that have no place), kNotFound (an environment variable that is not set).
Result<std::unique_ptr<Tool>> MakeHttpTool(HttpClient& client, HttpToolOptions options);

/// A client that connects only where the rules allow it, whatever names resolve to, and through no
/// proxy (which would resolve them itself).
std::unique_ptr<HttpClient> MakeToolClient(std::vector<std::string> allowed_hosts);

}  // namespace argosy::assistant
