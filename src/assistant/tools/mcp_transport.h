// How messages reach an MCP server and come back: a process's standard streams, or HTTP.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "assistant/tools/json_rpc.h"
#include "net/http_client.h"

namespace argosy::assistant {

/// Thread-safe.
class McpTransport {
  public:
    virtual ~McpTransport() = default;
    /// Blocks until the answer to this request is there. The result, or an error: the server's own
    /// (kInvalidArgument with its message), kUnavailable (it is gone: make a new transport),
    /// kDeadlineExceeded, kCancelled, kCorrupt.
    virtual Result<json::value> Request(std::string method, json::object params,
                                        std::chrono::milliseconds timeout,
                                        std::stop_token stop) = 0;
    virtual Result<void> Notify(std::string method, json::object params) = 0;
};

struct McpProcessOptions {
    std::vector<std::string> command;          // looked up in PATH
    std::map<std::string, std::string> env{};  // besides PATH and HOME, which are all it inherits
    size_t max_message_bytes = 8 << 20;
};
/// Starts the process; it ends with the transport. kUnavailable where it cannot be started.
Result<std::unique_ptr<McpTransport>> StartMcpProcess(const McpProcessOptions& options);

struct McpHttpOptions {
    std::string url;
    Headers headers{};  // authorization
    size_t max_message_bytes = 8 << 20;
};
/// Streamable HTTP. `client` outlives the transport. kInvalidArgument for a URL that is none.
Result<std::unique_ptr<McpTransport>> ConnectMcpHttp(HttpClient& client,
                                                     const McpHttpOptions& options);

/// The result of an answer, or its error.
Result<json::value> ResultOf(RpcMessage answer);

}  // namespace argosy::assistant
