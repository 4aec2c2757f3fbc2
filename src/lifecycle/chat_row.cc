#include "lifecycle/chat_row.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace argosy::lifecycle {

namespace {

const std::vector<std::string>& Roles() {
    static const std::vector<std::string> kRoles = {"system", "developer", "user", "assistant",
                                                    "tool"};
    return kRoles;
}

Result<void> CheckRole(const json::object& message) {
    const json::value* role = message.if_contains("role");
    if (role == nullptr || !role->is_string()) {
        return Err(ErrorCode::kInvalidArgument,
                   "role has to be one of system, user, assistant, tool, but is {}",
                   role == nullptr ? "missing" : KindOf(*role));
    }
    const std::string name(role->get_string());
    if (std::ranges::find(Roles(), name) != Roles().end()) return {};
    const std::string nearest = NearestWord(name, Roles());
    return Err(ErrorCode::kInvalidArgument,
               "role is '{}'; it has to be one of system, user, "
               "assistant, tool{}",
               name, nearest.empty() ? "" : " (did you mean '" + nearest + "'?)");
}

Result<void> CheckParts(const json::array& parts) {
    for (size_t i = 0; i < parts.size(); ++i) {
        const json::object* part = parts[i].if_object();
        const json::value* text = part == nullptr ? nullptr : part->if_contains("text");
        if (text == nullptr || !text->is_string()) {
            return Err(
                ErrorCode::kInvalidArgument,
                "content[{}] is no text part; only {{\"type\": \"text\", \"text\": ...}} can "
                "be trained on",
                i);
        }
    }
    return {};
}

Result<void> CheckContent(const json::object& message) {
    const json::value* content = message.if_contains("content");
    if (content == nullptr || content->is_null()) {
        const bool calls = message.contains("tool_calls");
        if (calls && message.at("role") == "assistant") return {};
        return Err(ErrorCode::kInvalidArgument, "content is missing; it has to be a string");
    }
    if (content->is_string()) return {};
    if (content->is_array()) return CheckParts(content->get_array());
    return Err(ErrorCode::kInvalidArgument, "content has to be a string, but is {}",
               KindOf(*content));
}

Result<void> CheckWeight(const json::object& message) {
    const json::value* weight = message.if_contains("weight");
    if (weight == nullptr || weight->is_null()) return {};
    if (weight->is_number()) {
        const auto value = weight->to_number<double>();
        if (value == 0 || value == 1) return {};
    }
    return Err(ErrorCode::kInvalidArgument, "weight has to be 0 or 1");
}

Result<void> CheckMessage(const json::value& value) {
    if (!value.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "has to be an object, but is {}", KindOf(value));
    }
    ARGOSY_CHECK_OK(CheckRole(value.get_object()));
    ARGOSY_CHECK_OK(CheckContent(value.get_object()));
    return CheckWeight(value.get_object());
}

}  // namespace

Result<json::array> CheckMessages(const json::value& messages) {
    if (!messages.is_array()) {
        return Err(ErrorCode::kInvalidArgument, "'messages' has to be an array, but is {}",
                   KindOf(messages));
    }
    const json::array& list = messages.get_array();
    if (list.empty()) return Err(ErrorCode::kInvalidArgument, "'messages' is empty");
    for (size_t i = 0; i < list.size(); ++i) {
        if (auto checked = CheckMessage(list[i]); !checked) {
            return Err(ErrorCode::kInvalidArgument, "messages[{}]: {}", i, checked.error().message);
        }
    }
    if (list.back().at("role") != "assistant") {
        return Err(ErrorCode::kInvalidArgument,
                   "the last message is of role '{}'; it has to be the assistant's answer",
                   std::string_view(list.back().at("role").get_string()));
    }
    return list;
}

std::string ContentText(const json::object& message) {
    const json::value* content = message.if_contains("content");
    if (content == nullptr || content->is_null()) return {};
    if (content->is_string()) return std::string(content->get_string());
    std::string text;
    for (const json::value& part : content->get_array()) text.append(part.at("text").get_string());
    return text;
}

std::string_view KindOf(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "a boolean";
        case json::kind::string:
            return "a string";
        case json::kind::array:
            return "an array";
        case json::kind::object:
            return "an object";
        default:
            return "a number";
    }
}

bool IsBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

}  // namespace argosy::lifecycle
