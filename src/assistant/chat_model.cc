#include "assistant/chat_model.h"

namespace argosy::assistant {

namespace {

json::array CallsToJson(const std::vector<ToolCall>& calls) {
    json::array out;
    for (const ToolCall& call : calls) {
        out.push_back({{"id", call.id},
                       {"type", "function"},
                       {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    }
    return out;
}

}  // namespace

json::array MessagesToJson(const std::vector<Message>& messages) {
    json::array out;
    for (const Message& message : messages) {
        json::object one{{"role", message.role}, {"content", message.content}};
        if (!message.calls.empty()) {
            one["tool_calls"] = CallsToJson(message.calls);
            if (message.content.empty()) one["content"] = nullptr;
        }
        if (!message.call_id.empty()) one["tool_call_id"] = message.call_id;
        out.push_back(std::move(one));
    }
    return out;
}

json::array ToolsToJson(const std::vector<ToolSpec>& tools) {
    json::array out;
    for (const ToolSpec& tool : tools) {
        out.push_back({{"type", "function"},
                       {"function",
                        {{"name", tool.name},
                         {"description", tool.description},
                         {"parameters", tool.parameters}}}});
    }
    return out;
}

}  // namespace argosy::assistant
