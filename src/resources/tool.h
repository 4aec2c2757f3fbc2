// What an assistant's model may call: HTTP services and servers of the Model Context Protocol.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/describe/description.h"
#include "resources/secret_ref.h"

namespace argosy::resources {

enum class HttpMethod { kGet, kPost, kPut, kPatch, kDelete };
std::span<const Choice<HttpMethod>> Choices(HttpMethod);

/// A secret sent in a header: "<header>: <scheme> <secret>".
struct HeaderSecret {
    std::string header = "Authorization";
    std::string scheme = "Bearer";
    SecretRef secret;

    bool operator==(const HeaderSecret&) const = default;
};
const Description<HeaderSecret>& Describe(const HeaderSecret*);

struct Tool {
    std::string name;
    std::string description;
    json::object parameters;
    HttpMethod method = HttpMethod::kGet;
    std::string url;
    std::map<std::string, std::string> headers;
    std::optional<HeaderSecret> auth;
    std::optional<std::string> body;
    std::optional<std::string> result;
    Duration timeout = std::chrono::seconds(10);

    bool operator==(const Tool&) const = default;
};
const Description<Tool>& Describe(const Tool*);

struct McpServer {
    std::string name;
    std::optional<std::string> url;
    std::vector<std::string> command;
    std::map<std::string, std::string> env;
    std::optional<HeaderSecret> auth;
    std::vector<std::string> tools;
    Duration timeout = std::chrono::seconds(30);

    bool operator==(const McpServer&) const = default;
};
const Description<McpServer>& Describe(const McpServer*);

struct ToolPolicy {
    int max_calls = 8;
    Duration timeout = std::chrono::minutes(1);
    std::vector<std::string> allow_hosts;
    bool allow_private = false;
    Bytes max_result{64 << 10};

    bool operator==(const ToolPolicy&) const = default;
};
const Description<ToolPolicy>& Describe(const ToolPolicy*);

}  // namespace argosy::resources
