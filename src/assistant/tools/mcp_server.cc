#include "assistant/tools/mcp_server.h"

#include <algorithm>

namespace argosy::assistant {

namespace {

constexpr const char* kProtocolVersion = "2025-06-18";
constexpr size_t kMaxPages = 50;
constexpr size_t kMaxTools = 256;

std::string Text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// The text of a tool's result: its text parts, else its structured content.
std::string ResultText(const json::object& result) {
    std::string out;
    const json::value* content = result.if_contains("content");
    if (content != nullptr && content->is_array()) {
        for (const json::value& part : content->as_array()) {
            const json::object* object = part.if_object();
            if (object == nullptr) continue;
            if (!out.empty()) out += '\n';
            const std::string type = Text(*object, "type");
            out += type == "text" ? Text(*object, "text") : "[" + type + "]";
        }
    }
    const json::value* structured = result.if_contains("structuredContent");
    if (out.empty() && structured != nullptr) out = json::serialize(*structured);
    return out;
}

class McpTool final : public Tool {
  public:
    McpTool(std::shared_ptr<McpServer> server, std::string own_name, ToolSpec spec)
        : server_(std::move(server)), own_name_(std::move(own_name)), spec_(std::move(spec)) {}
    const ToolSpec& spec() const override { return spec_; }
    bool checks_arguments() const override { return true; }
    Result<std::string> Call(const json::object& arguments,
                             const ToolContext& context) const override {
        return server_->Call(own_name_, arguments, context);
    }

  private:
    std::shared_ptr<McpServer> server_;
    const std::string own_name_;
    const ToolSpec spec_;
};

}  // namespace

Result<std::shared_ptr<McpServer>> McpServer::Open(McpServerOptions options, McpConnect connect) {
    std::shared_ptr<McpServer> server(new McpServer(std::move(options), std::move(connect)));
    auto connected = server->Connected();
    if (!connected) return At("MCP server " + server->options_.name, connected.error());
    return server;
}

Result<std::shared_ptr<McpTransport>> McpServer::Connected() {
    const std::scoped_lock lock(mutex_);
    if (transport_) return transport_;
    ARGOSY_TRY(std::shared_ptr<McpTransport> transport, connect_());
    ARGOSY_TRY(const json::value hello,
               transport->Request("initialize",
                                  {{"protocolVersion", kProtocolVersion},
                                   {"capabilities", json::object()},
                                   {"clientInfo", {{"name", "argosy"}, {"version", "0.1"}}}},
                                  options_.start_timeout, {}));
    const json::object* result = hello.if_object();
    const json::value* capabilities = result ? result->if_contains("capabilities") : nullptr;
    const json::object* has = capabilities ? capabilities->if_object() : nullptr;
    if (has == nullptr || !has->contains("tools")) {
        return Err(ErrorCode::kUnsupported, "the server has no tools");
    }
    ARGOSY_CHECK_OK(transport->Notify("notifications/initialized", {}));
    transport_ = std::move(transport);
    return transport_;
}

void McpServer::Drop(const std::shared_ptr<McpTransport>& transport) {
    const std::scoped_lock lock(mutex_);
    if (transport_ == transport) transport_.reset();
}

Result<json::value> McpServer::Request(const std::string& method, const json::object& params,
                                       const ToolContext& context) {
    ARGOSY_TRY(const std::shared_ptr<McpTransport> transport, Connected());
    auto result = transport->Request(method, params, context.timeout, context.stop);
    // A call may have had its effect: it is not made twice, but the next one finds a new server.
    if (!result && result.error().code == ErrorCode::kUnavailable) Drop(transport);
    return result;
}

Result<std::vector<std::unique_ptr<Tool>>> McpServer::Tools() {
    std::vector<std::unique_ptr<Tool>> tools;
    std::vector<std::string> missing = options_.tools;
    json::object params;
    for (size_t page = 0; page < kMaxPages && tools.size() < kMaxTools; ++page) {
        ARGOSY_TRY(const json::value list,
                   Request("tools/list", params, {{}, options_.start_timeout}));
        const json::object* object = list.if_object();
        const json::value* found = object ? object->if_contains("tools") : nullptr;
        if (found == nullptr || !found->is_array()) {
            return Err(ErrorCode::kCorrupt, "MCP server {}: no list of tools", options_.name);
        }
        for (const json::value& value : found->as_array()) {
            const json::object* tool = value.if_object();
            if (tool == nullptr) continue;
            const std::string name = Text(*tool, "name");
            const auto wanted = std::ranges::find(missing, name);
            if (!options_.tools.empty() && wanted == missing.end()) continue;
            if (wanted != missing.end()) missing.erase(wanted);
            ToolSpec spec{options_.name + "__" + name, Text(*tool, "description"), {}};
            const json::value* schema = tool->if_contains("inputSchema");
            if (schema != nullptr && schema->is_object()) spec.parameters = schema->as_object();
            tools.push_back(std::make_unique<McpTool>(shared_from_this(), name, std::move(spec)));
        }
        const std::string cursor = Text(*object, "nextCursor");
        if (cursor.empty()) break;
        params["cursor"] = cursor;
    }
    if (missing.empty()) return tools;
    return Err(ErrorCode::kNotFound, "MCP server {} has no tool '{}'", options_.name, missing[0]);
}

Result<std::string> McpServer::Call(const std::string& tool, const json::object& arguments,
                                    const ToolContext& context) {
    ARGOSY_TRY(const json::value result,
               Request("tools/call", {{"name", tool}, {"arguments", arguments}}, context));
    if (!result.is_object()) return Err(ErrorCode::kCorrupt, "a tool's result is no object");
    const json::object& object = result.as_object();
    std::string text = ResultText(object);
    const json::value* error = object.if_contains("isError");
    if (error != nullptr && *error == true) {
        return Err(ErrorCode::kInvalidArgument, "{}", text.empty() ? "the tool failed" : text);
    }
    return text;
}

}  // namespace argosy::assistant
