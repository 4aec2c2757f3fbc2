#include "model/chat_messages.h"

#include <utility>

#include "model/jinja/from_json.h"

namespace argosy {
namespace {

std::string Text(const json::value* value) {
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

// A content of any shape as one text.
Result<std::string> ContentText(const json::value& content, const std::string& place) {
    if (content.is_null()) return std::string();
    if (content.is_string()) return std::string(content.as_string());
    if (!content.is_array()) {
        return Err(ErrorCode::kInvalidArgument, "{} must be a string, null or a list of parts",
                   place);
    }
    std::string text;
    bool first = true;
    for (const json::value& part : content.as_array()) {
        const json::object* object = part.if_object();
        const std::string type = object ? Text(object->if_contains("type")) : std::string();
        const json::value* words = object ? object->if_contains("text") : nullptr;
        if (type == "refusal" && object) words = object->if_contains("refusal");
        if (!words || !words->is_string()) {
            return Err(ErrorCode::kUnsupported,
                       "{} has a part of type '{}'; this model reads text parts only", place, type);
        }
        if (!first) text += '\n';
        first = false;
        text += Text(words);
    }
    return text;
}

bool HasCalls(const json::object& message) {
    const json::value* calls = message.if_contains("tool_calls");
    return calls && calls->is_array() && !calls->get_array().empty();
}

void ConvertArguments(json::object& message, bool objects) {
    for (json::value& call : message.at("tool_calls").get_array()) {
        json::object* function = call.is_object()
                                     ? call.get_object().if_contains("function")
                                           ? call.get_object().at("function").if_object()
                                           : nullptr
                                     : nullptr;
        json::value* arguments = function ? function->if_contains("arguments") : nullptr;
        if (!arguments) continue;
        if (objects && arguments->is_string()) {
            const std::string_view text(arguments->get_string());
            if (text.empty()) *arguments = json::object();
            if (auto parsed = ParseJson(text); parsed && parsed->is_object()) *arguments = *parsed;
        } else if (!objects && !arguments->is_string()) {
            *arguments = jinja::PythonJson(*arguments);
        }
    }
}

std::string CallsAsText(const json::object& message) {
    std::string text;
    for (const json::value& call : message.at("tool_calls").get_array()) {
        const json::object* object = call.if_object();
        const json::value* inner = object ? object->if_contains("function") : nullptr;
        const json::object* function = inner ? inner->if_object() : nullptr;
        if (!function) continue;
        const json::value* arguments = function->if_contains("arguments");
        std::string written = "{}";
        if (arguments) {
            written = arguments->is_string() ? Text(arguments) : jinja::PythonJson(*arguments);
        }
        if (!text.empty()) text += '\n';
        text += "<tool_call>\n{\"name\": " +
                jinja::PythonJson(json::string(Text(function->if_contains("name")))) +
                ", \"arguments\": " + written + "}\n</tool_call>";
    }
    return text;
}

// Tool calls and results as texts of assistant and user.
void WriteOutTools(json::array& messages) {
    json::array out;
    bool after_result = false;
    for (json::value& value : messages) {
        json::object& message = value.get_object();
        const std::string role = Text(message.if_contains("role"));
        std::string content = Text(message.if_contains("content"));
        if (role == "tool" || role == "function") {
            const std::string result = "<tool_response>\n" + content + "\n</tool_response>";
            if (after_result) {
                json::string& before = out.back().get_object().at("content").get_string();
                before += "\n" + result;
            } else {
                out.push_back(json::object{{"role", "user"}, {"content", result}});
            }
            after_result = true;
            continue;
        }
        after_result = false;
        if (HasCalls(message)) {
            if (!content.empty()) content += '\n';
            message["content"] = content + CallsAsText(message);
            message.erase("tool_calls");
        }
        out.push_back(std::move(value));
    }
    messages = std::move(out);
}

// System messages as the beginning of the next user message (of one of its own at the end).
void MergeSystem(json::array& messages) {
    json::array out;
    std::string system;
    for (json::value& value : messages) {
        json::object& message = value.get_object();
        const std::string role = Text(message.if_contains("role"));
        if (role == "system") {
            system += Text(message.if_contains("content")) + "\n\n";
            continue;
        }
        if (role == "user" && !system.empty()) {
            message["content"] = std::exchange(system, {}) + Text(message.if_contains("content"));
        }
        out.push_back(std::move(value));
    }
    if (!system.empty()) {
        system.resize(system.size() - 2);
        out.push_back(json::object{{"role", "user"}, {"content", system}});
    }
    messages = std::move(out);
}

void AddInstruction(json::array& messages, const json::array& tools) {
    const std::string instruction = ToolInstruction(tools);
    if (!messages.empty()) {
        json::object& first = messages[0].get_object();
        if (Text(first.if_contains("role")) == "system") {
            first["content"] = Text(first.if_contains("content")) + "\n\n" + instruction;
            return;
        }
    }
    messages.insert(messages.begin(), json::object{{"role", "system"}, {"content", instruction}});
}

Result<json::object> AdaptMessage(const json::value& value, const std::string& place,
                                  const TemplateAbilities& abilities) {
    if (!value.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "{} must be an object", place);
    }
    json::object message = value.get_object();
    const json::value* role = message.if_contains("role");
    if (!role || !role->is_string()) {
        return Err(ErrorCode::kInvalidArgument, "{}.role must be a string", place);
    }
    if (Text(role) == "developer") message["role"] = "system";
    const json::value* content = message.if_contains("content");
    ARGOSY_TRY(const std::string text,
               ContentText(content ? *content : json::value(), place + ".content"));
    const bool calls = HasCalls(message);
    const json::value* list = message.if_contains("tool_calls");
    if (list && !calls) message.erase("tool_calls");  // null or []: as if it were not there
    const bool empty = !content || content->is_null();
    if (empty && calls && abilities.null_content) {
        message["content"] = nullptr;
    } else {
        message["content"] = text;
    }
    if (calls) ConvertArguments(message, abilities.object_arguments);
    return message;
}

}  // namespace

std::string ToolInstruction(const json::array& tools) {
    std::string out =
        "You can call functions. Each is described by a line of JSON within <tools></tools>:\n"
        "<tools>\n";
    for (const json::value& tool : tools) out += jinja::PythonJson(tool) + "\n";
    out +=
        "</tools>\n"
        "To call one, answer with nothing but a JSON object that has its name and arguments, "
        "within <tool_call></tool_call>:\n"
        "<tool_call>\n{\"name\": \"function name\", \"arguments\": {\"argument\": \"value\"}}\n"
        "</tool_call>\n"
        "Results come back within <tool_response></tool_response>. If no function is needed, "
        "answer as usual.";
    return out;
}

Result<json::array> AdaptMessages(const json::array& messages, const json::array& tools,
                                  const TemplateAbilities& abilities) {
    json::array out;
    for (size_t i = 0; i < messages.size(); ++i) {
        ARGOSY_TRY(json::object message,
                   AdaptMessage(messages[i], fmt::format("messages[{}]", i), abilities));
        out.push_back(std::move(message));
    }
    if (!abilities.tools) {
        WriteOutTools(out);
        if (!tools.empty()) AddInstruction(out, tools);
    }
    if (!abilities.system) MergeSystem(out);
    if (abilities.text_parts) {
        for (json::value& value : out) {
            json::value& content = value.get_object()["content"];
            if (!content.is_string()) continue;
            content = json::array{json::object{{"type", "text"}, {"text", content.get_string()}}};
        }
    }
    return out;
}

}  // namespace argosy
