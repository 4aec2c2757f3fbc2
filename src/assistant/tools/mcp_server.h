// An MCP server's tools as tools of the assistant. Connects at the start to learn them, and again
// where the server went away.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "assistant/tools/mcp_transport.h"
#include "assistant/tools/tool_box.h"

namespace argosy::assistant {

struct McpServerOptions {
    std::string name;                  // stands before each tool's name: "files__read"
    std::vector<std::string> tools{};  // those that may be used; none: all that it has
    std::chrono::milliseconds start_timeout{20'000};
};

using McpConnect = std::function<Result<std::unique_ptr<McpTransport>>()>;

/// Thread-safe.
class McpServer : public std::enable_shared_from_this<McpServer> {
  public:
    /// Connects and greets. Errors: the transport's, kUnsupported (a server without tools).
    static Result<std::shared_ptr<McpServer>> Open(McpServerOptions options, McpConnect connect);

    /// Its tools as they are now. Errors: the transport's; kNotFound where one that was named in
    /// the options is not there.
    Result<std::vector<std::unique_ptr<Tool>>> Tools();
    /// `tool`: the server's own name for it. The texts of the result; what the server reports as an
    /// error is one.
    Result<std::string> Call(const std::string& tool, const json::object& arguments,
                             const ToolContext& context);

  private:
    McpServer(McpServerOptions options, McpConnect connect)
        : options_(std::move(options)), connect_(std::move(connect)) {}
    Result<std::shared_ptr<McpTransport>> Connected();
    void Drop(const std::shared_ptr<McpTransport>& transport);
    Result<json::value> Request(const std::string& method, const json::object& params,
                                const ToolContext& context);

    const McpServerOptions options_;
    const McpConnect connect_;
    std::mutex mutex_;
    std::shared_ptr<McpTransport> transport_;  // GUARDED_BY(mutex_)
};

}  // namespace argosy::assistant
