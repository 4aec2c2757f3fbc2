#include "resources/tool.h"

namespace argosy::resources {

namespace {

constexpr const char* kToolNamePattern = "^[A-Za-z0-9_-]{1,64}$";
constexpr const char* kToolNameWhat = "a name of 1 to 64 letters, digits, _ and -";
constexpr const char* kHeaderPattern = "^[A-Za-z0-9-]{1,100}$";

}  // namespace

std::span<const Choice<HttpMethod>> Choices(HttpMethod) {
    static constexpr Choice<HttpMethod> kChoices[] = {
        {HttpMethod::kGet, "GET", "arguments go into the address"},
        {HttpMethod::kPost, "POST", "arguments go into the body"},
        {HttpMethod::kPut, "PUT", "arguments go into the body"},
        {HttpMethod::kPatch, "PATCH", "arguments go into the body"},
        {HttpMethod::kDelete, "DELETE", "arguments go into the address"}};
    return kChoices;
}

const Description<HeaderSecret>& Describe(const HeaderSecret*) {
    static const auto kDescription =
        Description<HeaderSecret>("HeaderSecret", "A secret that is sent in a header.")
            .Field("header", &HeaderSecret::header, "The header.",
                   {.pattern = kHeaderPattern, .what = "the name of a header"})
            .Field("scheme", &HeaderSecret::scheme,
                   "What stands before the secret; \"\" for nothing.", {.max_length = 64})
            .Field("secret", &HeaderSecret::secret, "Where the secret is found.",
                   {.required = true});
    return kDescription;
}

const Description<Tool>& Describe(const Tool*) {
    static const auto kDescription =
        Description<Tool>("Tool", "An HTTP service that the model may call.")
            .Field("name", &Tool::name, "The name that the model calls it by.",
                   {.required = true, .pattern = kToolNamePattern, .what = kToolNameWhat})
            .Field("description", &Tool::description, "What it does and when to call it.",
                   {.required = true, .max_length = 4096})
            .Field("parameters", &Tool::parameters,
                   "The JSON Schema of its arguments, which are checked before the call.")
            .Field("method", &Tool::method, "The HTTP method.")
            .Field("url", &Tool::url,
                   "The address; {name} stands for an argument, percent-encoded. Arguments that "
                   "are not named go into the query or the JSON body.",
                   {.required = true,
                    .pattern = "^https?://[^@/{}]+(/.*)?$",
                    .what = "an address such as https://shop.example/orders/{id}, whose host is "
                            "fixed and which has no password",
                    .max_length = 4096})
            .Field("headers", &Tool::headers, "Headers to send; none of them a secret (see auth).",
                   {.max_length = 4096, .max_items = 32})
            .Field("auth", &Tool::auth, "A secret to send in a header.")
            .Field("body", &Tool::body,
                   "The body instead of the arguments as JSON; {name} stands for an argument as "
                   "JSON.",
                   {.max_length = 16'384})
            .Field("result", &Tool::result,
                   "The part of a JSON answer that the model is shown, as a JSON pointer; all of "
                   "it if not said.",
                   {.pattern = "^(/[^/]*)*$", .what = "a JSON pointer such as /items/0/name"})
            .Field("timeout", &Tool::timeout, "How long a call may last.");
    return kDescription;
}

const Description<McpServer>& Describe(const McpServer*) {
    static const auto kDescription =
        Description<McpServer>("McpServer", "A server of the Model Context Protocol.")
            .Field("name", &McpServer::name, "The name that its tools are shown under.",
                   {.required = true, .pattern = kToolNamePattern, .what = kToolNameWhat})
            .Field("url", &McpServer::url, "Its address (streamable HTTP).",
                   {.pattern = "^https?://[^@/]+(/.*)?$",
                    .what = "an address such as https://mcp.example/mcp, without a password"})
            .Field("command", &McpServer::command,
                   "On one machine: the program and its arguments, spoken to by stdin and stdout.",
                   {.max_length = 4096, .min_items = 1})
            .Field("env", &McpServer::env, "Environment variables of command.",
                   {.max_length = 4096, .min_items = 1})
            .Field("auth", &McpServer::auth, "A secret to send in a header.")
            .Field("tools", &McpServer::tools, "Only these of its tools; all if not said.")
            .Field("timeout", &McpServer::timeout, "How long a call may last.")
            .Holds(ExactlyOne({"url", "command"}))
            .Holds(AtMostOne({"command", "auth"}))
            .Holds(AtMostOne({"url", "env"}));
    return kDescription;
}

const Description<ToolPolicy>& Describe(const ToolPolicy*) {
    static const auto kDescription =
        Description<ToolPolicy>("ToolPolicy", "Limits of all calls of an assistant.")
            .Field("maxCalls", &ToolPolicy::max_calls, "Most calls for one answer.",
                   {.min = 0, .max = 100})
            .Field("timeout", &ToolPolicy::timeout, "How long all calls for one answer may last.")
            .Field("allowHosts", &ToolPolicy::allow_hosts,
                   "Hosts that calls and their redirects may reach, e.g. shop.example or "
                   "*.shop.example; those of the tools' own addresses if not said.",
                   {.pattern = "^(\\*\\.)?[A-Za-z0-9.-]+(:[0-9]+)?$",
                    .what = "a host such as shop.example, *.shop.example or localhost:8090"})
            .Field("allowPrivate", &ToolPolicy::allow_private,
                   "Whether calls may reach private and loopback addresses.")
            .Field("maxResult", &ToolPolicy::max_result, "Most bytes of a result that are read.");
    return kDescription;
}

}  // namespace argosy::resources
