#include "lifecycle/example.h"

#include <vector>

#include "base/text.h"
#include "lifecycle/chat_row.h"

namespace argosy::lifecycle {

namespace {

constexpr const char* kForms =
    "a row has \"messages\", or \"prompt\" and \"completion\", or \"text\"";

Result<std::string> Text(const json::object& row, std::string_view key) {
    const json::value* value = row.if_contains(key);
    if (value == nullptr) {
        return Err(ErrorCode::kInvalidArgument, "'{}' is missing; {}", key, kForms);
    }
    if (!value->is_string()) {
        return Err(ErrorCode::kInvalidArgument, "'{}' has to be a string, but is {}", key,
                   KindOf(*value));
    }
    return std::string(value->get_string());
}

std::unexpected<Error> UnknownForm(const json::object& row) {
    static const std::vector<std::string> kKeys = {"messages", "prompt", "completion", "text"};
    for (const auto& [key, value] : row) {
        const std::string nearest = NearestWord(std::string_view(key), kKeys);
        if (nearest.empty()) continue;
        return Err(ErrorCode::kInvalidArgument, "unknown form with key '{}'; did you mean '{}'? {}",
                   std::string_view(key), nearest, kForms);
    }
    return Err(ErrorCode::kInvalidArgument, "unknown form: {}", kForms);
}

Result<Example> ParseCompletion(const json::object& row) {
    Example example;
    example.kind = Example::Kind::kCompletion;
    ARGOSY_TRY(example.prompt, Text(row, "prompt"));
    ARGOSY_TRY(example.text, Text(row, "completion"));
    return example;
}

Result<Example> ParseText(const json::object& row) {
    Example example;
    example.kind = Example::Kind::kText;
    ARGOSY_TRY(example.text, Text(row, "text"));
    if (IsBlank(example.text)) return Err(ErrorCode::kInvalidArgument, "'text' is empty");
    return example;
}

Result<Example> ParseChat(const json::object& row) {
    Example example;
    ARGOSY_TRY(example.messages, CheckMessages(row.at("messages")));
    if (const json::value* tools = row.if_contains("tools"); tools && !tools->is_null()) {
        if (!tools->is_array()) {
            return Err(ErrorCode::kInvalidArgument, "'tools' has to be an array, but is {}",
                       KindOf(*tools));
        }
        example.tools = tools->get_array();
    }
    return example;
}

void VisitString(json::value& value, const std::function<void(std::string&)>& visit) {
    std::string text(value.get_string());
    visit(text);
    if (text != value.get_string()) value = text;
}

void VisitCalls(json::value& calls, const std::function<void(std::string&)>& visit) {
    if (!calls.is_array()) return;
    for (json::value& call : calls.get_array()) {
        json::value* function =
            call.is_object() ? call.get_object().if_contains("function") : nullptr;
        if (function == nullptr || !function->is_object()) continue;
        json::value* arguments = function->get_object().if_contains("arguments");
        if (arguments != nullptr && arguments->is_string()) VisitString(*arguments, visit);
    }
}

void VisitMessage(json::object& message, const std::function<void(std::string&)>& visit) {
    if (json::value* content = message.if_contains("content")) {
        if (content->is_string()) VisitString(*content, visit);
        if (content->is_array()) {
            for (json::value& part : content->get_array()) VisitString(part.at("text"), visit);
        }
    }
    if (json::value* calls = message.if_contains("tool_calls")) VisitCalls(*calls, visit);
}

}  // namespace

const char* ToString(Example::Kind kind) {
    switch (kind) {
        case Example::Kind::kChat:
            return "chat";
        case Example::Kind::kCompletion:
            return "completion";
        case Example::Kind::kText:
            return "text";
    }
    return "unknown";
}

Result<Example> ParseExample(const json::value& row) {
    if (!row.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "the row is {}, not an object; {}", KindOf(row),
                   kForms);
    }
    const json::object& object = row.get_object();
    if (object.contains("messages")) return ParseChat(object);
    if (object.contains("prompt") || object.contains("completion")) return ParseCompletion(object);
    if (object.contains("text")) return ParseText(object);
    return UnknownForm(object);
}

Result<Example> ParseExampleLine(std::string_view line) {
    ARGOSY_TRY(const json::value row, ParseJson(line));
    return ParseExample(row);
}

bool IsTrained(const json::object& message) {
    if (message.at("role").get_string() != "assistant") return false;
    const json::value* weight = message.if_contains("weight");
    return weight == nullptr || weight->is_null() || weight->to_number<double>() != 0;
}

bool HasEmptyAnswer(const Example& example) {
    if (example.kind != Example::Kind::kChat) return IsBlank(example.text);
    for (const json::value& message : example.messages) {
        const json::object& object = message.get_object();
        if (IsTrained(object) && !IsBlank(ContentText(object))) return false;
        if (IsTrained(object) && object.contains("tool_calls")) return false;
    }
    return true;
}

void VisitTexts(Example& example, const std::function<void(std::string& text)>& visit) {
    for (json::value& message : example.messages) VisitMessage(message.get_object(), visit);
    if (!example.prompt.empty()) visit(example.prompt);
    if (!example.text.empty()) visit(example.text);
}

std::string WholeText(const Example& example) {
    std::string whole;
    for (const json::value& message : example.messages) {
        const json::object& object = message.get_object();
        whole.append(object.at("role").get_string()).append("\n").append(ContentText(object));
        if (const json::value* calls = object.if_contains("tool_calls")) {
            whole.append(json::serialize(*calls));
        }
        whole += '\0';
    }
    whole.append(example.prompt).append("\0", 1).append(example.text);
    return whole;
}

}  // namespace argosy::lifecycle
