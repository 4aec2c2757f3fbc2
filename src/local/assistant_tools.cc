#include "local/assistant_tools.h"

#include <algorithm>

#include "assistant/tools/http_tool.h"
#include "assistant/tools/mcp_server.h"
#include "local/secrets.h"
#include "net/url.h"

namespace argosy::local {

namespace {

namespace rs = resources;
using assistant::HttpToolOptions;

std::string MethodName(rs::HttpMethod method) {
    for (const auto& choice : rs::Choices(rs::HttpMethod{})) {
        if (choice.value == method) return choice.name;
    }
    return "GET";
}

Result<std::pair<std::string, std::string>> HeaderOf(const rs::HeaderSecret& auth,
                                                     const Surroundings& around) {
    ARGOSY_TRY(const std::string secret, ReadSecret(auth.secret, around.environment));
    return std::pair(auth.header, auth.scheme.empty() ? secret : auth.scheme + " " + secret);
}

bool IsAllowed(const std::string& host, const std::vector<std::string>& allowed) {
    return allowed.empty() || std::ranges::any_of(allowed, [&](const std::string& one) {
               const std::string rule = HostRule(one);
               return rule.starts_with('.') ? host.ends_with(rule) : host == rule;
           });
}

// Of an address whose path may have places for arguments.
Result<std::string> HostOf(const std::string& address) {
    const size_t scheme = address.find("://");
    const size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    ARGOSY_TRY(const Url url, ParseUrl(address.substr(0, address.find_first_of("/?", begin))));
    return url.host;
}

// Hosts that may stand on private addresses: only those that the policy says may.
std::vector<std::string> PrivateHosts(const rs::AssistantSpec& spec) {
    std::vector<std::string> hosts;
    if (!spec.tool_policy.allow_private) return hosts;
    for (const std::string& allowed : spec.tool_policy.allow_hosts) {
        hosts.push_back(HostRule(allowed));
    }
    if (!hosts.empty()) return hosts;
    for (const rs::Tool& tool : spec.tools) {
        if (auto host = HostOf(tool.url)) hosts.push_back(std::move(*host));
    }
    for (const rs::McpServer& server : spec.mcp_servers) {
        if (!server.url) continue;
        if (auto host = HostOf(*server.url)) hosts.push_back(std::move(*host));
    }
    return hosts;
}

Result<void> CheckHost(const std::string& address, const rs::ToolPolicy& policy) {
    ARGOSY_TRY(const std::string host, HostOf(address));
    if (IsAllowed(host, policy.allow_hosts)) return {};
    return Err(ErrorCode::kPermissionDenied, "its host {} is not in toolPolicy.allowHosts", host);
}

Result<std::unique_ptr<assistant::Tool>> MakeOne(const rs::Tool& tool, const rs::ToolPolicy& policy,
                                                 const Surroundings& around, HttpClient& client) {
    ARGOSY_CHECK_OK(CheckHost(tool.url, policy));
    if (tool.body || tool.result) {
        return Err(ErrorCode::kUnsupported, "{} is not possible on one machine",
                   tool.body ? "body" : "result");
    }
    HttpToolOptions options;
    options.name = tool.name;
    options.description = tool.description;
    options.parameters = tool.parameters;
    options.method = MethodName(tool.method);
    options.url = tool.url;
    for (const auto& [name, value] : tool.headers) options.headers.push_back({name, value, {}});
    if (tool.auth) {
        ARGOSY_TRY(auto header, HeaderOf(*tool.auth, around));
        options.headers.push_back({std::move(header.first), std::move(header.second), {}});
    }
    options.timeout = tool.timeout;
    options.max_response_bytes = static_cast<size_t>(policy.max_result.value);
    return MakeHttpTool(client, std::move(options));
}

Result<std::vector<std::unique_ptr<assistant::Tool>>> ToolsOf(const rs::McpServer& server,
                                                              const rs::ToolPolicy& policy,
                                                              const Surroundings& around,
                                                              HttpClient& client) {
    Headers headers;
    if (server.auth) {
        ARGOSY_TRY(const auto header, HeaderOf(*server.auth, around));
        headers.Add(header.first, header.second);
    }
    if (server.url) ARGOSY_CHECK_OK(CheckHost(*server.url, policy));
    const assistant::McpConnect connect = [server, headers, &client]() {
        if (server.url) return assistant::ConnectMcpHttp(client, {*server.url, headers});
        return assistant::StartMcpProcess({server.command, server.env});
    };
    ARGOSY_TRY(const auto open,
               assistant::McpServer::Open({server.name, server.tools, server.timeout}, connect));
    return open->Tools();
}

assistant::ToolLimits LimitsOf(const rs::ToolPolicy& policy) {
    assistant::ToolLimits limits;
    limits.max_calls = static_cast<size_t>(policy.max_calls);
    limits.max_rounds = static_cast<size_t>(policy.max_calls);
    limits.timeout = policy.timeout;
    limits.max_result_bytes = static_cast<size_t>(policy.max_result.value);
    return limits;
}

}  // namespace

std::string HostRule(const std::string& allowed) {
    std::string rule = allowed.starts_with("*.") ? allowed.substr(1) : allowed;
    const size_t colon = rule.rfind(':');
    const bool port = colon != std::string::npos && rule.find(':') == colon;
    return port ? rule.substr(0, colon) : rule;
}

Result<ToolParts> MakeTools(const rs::AssistantSpec& spec, const Surroundings& around,
                            std::vector<std::string>& warnings) {
    ToolParts parts;
    if (spec.tools.empty() && spec.mcp_servers.empty()) return parts;
    parts.client = assistant::MakeToolClient(PrivateHosts(spec));
    auto box = std::make_shared<assistant::ToolBox>(LimitsOf(spec.tool_policy));
    for (const rs::Tool& tool : spec.tools) {
        auto made = MakeOne(tool, spec.tool_policy, around, *parts.client);
        const Result<void> added =
            made ? box->Add(std::move(*made)) : std::unexpected(made.error());
        if (!added) {
            warnings.push_back(
                fmt::format("the tool {} is left out: {}", tool.name, added.error().ToString()));
        }
    }
    for (const rs::McpServer& server : spec.mcp_servers) {
        auto tools = ToolsOf(server, spec.tool_policy, around, *parts.client);
        Result<void> added;
        if (!tools) added = std::unexpected(tools.error());
        for (size_t i = 0; added && i < tools->size(); ++i) {
            added = box->Add(std::move((*tools)[i]));
        }
        if (!added) {
            warnings.push_back(fmt::format("the MCP server {} is left out: {}", server.name,
                                           added.error().ToString()));
        }
    }
    if (!box->empty()) parts.box = std::move(box);
    return parts;
}

}  // namespace argosy::local
