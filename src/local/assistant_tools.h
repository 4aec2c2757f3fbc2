// The tools of an Assistant on one machine: HTTP calls and MCP servers.
#pragma once

#include <memory>

#include "assistant/tools/tool_box.h"
#include "local/surroundings.h"
#include "resources/application.h"

namespace argosy::local {

/// All that the tools stand on; the box ends first.
struct ToolParts {
    std::unique_ptr<HttpClient> client;
    std::shared_ptr<const assistant::ToolBox> box;  // null: no tools
};

/// Connects to the MCP servers. A server that is not there, or a tool that cannot be as declared,
/// is added to `warnings` and left out: an assistant answers without it. Errors: none of its own.
Result<ToolParts> MakeTools(const resources::AssistantSpec& spec, const Surroundings& around,
                            std::vector<std::string>& warnings);

/// "*.shop.example" and "localhost:8090" of allowHosts as the address rules take them:
/// ".shop.example", "localhost".
std::string HostRule(const std::string& allowed);

}  // namespace argosy::local
