#include "serve/chat_call.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "serve/respond.h"

namespace argosy::serve {

namespace {

std::string ToolName(const json::value& tool) {
    const json::object* object = tool.if_object();
    const json::value* function = object ? object->if_contains("function") : nullptr;
    const json::object* inner = function ? function->if_object() : nullptr;
    const json::value* name = inner ? inner->if_contains("name") : nullptr;
    return name && name->is_string() ? std::string(name->as_string()) : "";
}

bool IsStrict(const json::value& tool) {
    const json::value* strict = tool.at("function").as_object().if_contains("strict");
    return strict != nullptr && strict->is_bool() && strict->as_bool();
}

// Templates would pass any role on as if it meant something to the model.
std::optional<ApiError> CheckRoles(const ChatCall& call) {
    constexpr std::string_view kRoles[] = {"system", "developer", "user", "assistant", "tool"};
    for (size_t i = 0; i < call.chat.messages.size(); ++i) {
        const json::object* message = call.chat.messages[i].if_object();
        const json::value* role = message ? message->if_contains("role") : nullptr;
        const bool known =
            role && role->is_string() &&
            std::ranges::find(kRoles, std::string_view(role->as_string())) != std::end(kRoles);
        if (known) continue;
        ApiError error = FromStatus(400, "");
        error.param = fmt::format("messages[{}].role", i);
        error.message =
            fmt::format("'{}': expected one of {}", error.param, fmt::join(kRoles, ", "));
        return error;
    }
    return std::nullopt;
}

// Checks shapes once, so that all below may rely on them.
std::optional<ApiError> CheckTools(const ChatCall& call) {
    for (size_t i = 0; i < call.chat.tools.size(); ++i) {
        if (!ToolName(call.chat.tools[i]).empty()) continue;
        ApiError error = FromStatus(400, "");
        error.param = fmt::format("tools[{}]", i);
        error.message = fmt::format(
            "'tools[{}]': expected {{\"type\": \"function\", \"function\": {{\"name\": ...}}}}", i);
        return error;
    }
    if (call.tool_choice.kind != ToolChoice::Kind::kFunction) return std::nullopt;
    const bool known = std::ranges::any_of(call.chat.tools, [&](const json::value& tool) {
        return ToolName(tool) == call.tool_choice.function;
    });
    if (known) return std::nullopt;
    ApiError error = FromStatus(400, "");
    error.param = "tool_choice";
    error.message = fmt::format("'tool_choice': no tool is named '{}'", call.tool_choice.function);
    return error;
}

// Constrains tool calls: all of the answer where one is required, else from the marker on and only
// where a tool is strict (others may be called in whatever way the model was trained to).
Result<Grammar::Ptr> ToolGrammar(const ModelHost& host, GrammarCache& cache, const ChatCall& call) {
    ToolCallOptions options;
    options.spec = host.chat().ToolGrammar();
    options.required = call.tool_choice.kind != ToolChoice::Kind::kAuto;
    options.parallel = call.parallel_tool_calls && options.spec.parallel;
    json::array used;
    for (const json::value& tool : call.chat.tools) {
        const std::string name = ToolName(tool);
        if (call.tool_choice.kind == ToolChoice::Kind::kFunction) {
            if (name != call.tool_choice.function) continue;
            options.parallel = false;
        }
        const json::value* parameters = tool.at("function").as_object().if_contains("parameters");
        options.tools.push_back({name, parameters ? *parameters : json::value(nullptr)});
        used.push_back(tool);
    }
    const std::vector<std::string> texts{options.spec.begin, options.spec.call_begin,
                                         options.spec.call_end, options.spec.separator,
                                         options.spec.end};
    options.control_tokens = ControlTexts(host.tokenizer(), texts);
    const std::string key = fmt::format("tools:{}{}{}", options.required ? 1 : 0,
                                        options.parallel ? 1 : 0, json::serialize(used));
    return cache.Get(key, [&] { return Grammar::FromToolCalls(options); });
}

bool NeedsToolGrammar(const ChatCall& call) {
    if (call.chat.tools.empty()) return false;
    if (call.tool_choice.kind != ToolChoice::Kind::kAuto) return true;
    return !call.sampling.grammar && std::ranges::any_of(call.chat.tools, IsStrict);
}

}  // namespace

ApiResult<PreparedChat> PrepareChat(const ModelHost& host, GrammarCache& cache, ChatCall call) {
    if (const auto error = CheckRoles(call)) return std::unexpected(*error);
    if (const auto error = CheckTools(call)) return std::unexpected(*error);
    if (call.tool_choice.kind == ToolChoice::Kind::kNone) call.chat.tools.clear();
    const bool forced = call.tool_choice.kind == ToolChoice::Kind::kRequired ||
                        call.tool_choice.kind == ToolChoice::Kind::kFunction;
    if (forced && call.chat.tools.empty()) {
        ApiError error =
            FromStatus(400, "'tool_choice' asks for a tool call, but 'tools' is empty");
        error.param = "tool_choice";
        return std::unexpected(error);
    }
    call.chat.now_unix_seconds = UnixSeconds();
    auto prompt = host.chat().Render(call.chat);
    if (!prompt) {
        ApiError error = ToApiError(prompt.error());
        error.param = "messages";
        return std::unexpected(error);
    }
    if (NeedsToolGrammar(call)) {
        auto grammar = ToolGrammar(host, cache, call);
        if (!grammar) {
            ApiError error = ToApiError(grammar.error());
            error.param = "tools";
            return std::unexpected(error);
        }
        call.sampling.grammar = std::move(*grammar);
    }
    // A constrained answer has no room for reasoning: what the template opened is closed.
    if (call.sampling.grammar && prompt->in_reasoning) {
        prompt->text += "\n</think>\n\n";
        prompt->in_reasoning = false;
    }
    PreparedChat prepared;
    prepared.parser = host.chat().ParserOptions(call.chat, *prompt);
    if (prepared.parser.tools || prepared.parser.reasoning) {
        call.sampling.visible_tokens = host.chat().visible_tokens();
    }
    prepared.request.prompt = host.tokenizer().Encode(prompt->text, {.add_special = false});
    prepared.request.sampling = std::move(call.sampling);
    prepared.request.adapter = std::move(call.adapter);
    prepared.request.priority = call.priority;
    prepared.request.cache_salt = std::move(call.cache_salt);
    return prepared;
}

ApiResult<std::string> FindAdapter(const ModelHost& host, const std::string& model) {
    if (model.empty() || model == host.name()) return std::string();
    std::string known = "'" + host.name() + "'";
    for (const AdapterInfo& adapter : host.engine().adapters()) {
        if (adapter.name == model) return model;
        known += ", '" + adapter.name + "'";
    }
    ApiError error =
        FromStatus(404, fmt::format("The model '{}' does not exist; there is {}", model, known));
    error.param = "model";
    error.code = "model_not_found";
    return std::unexpected(error);
}

void ReadScheduling(Fields& fields, int32_t& priority, std::string& cache_salt) {
    fields.Read("priority", priority);
    fields.Read("cache_salt", cache_salt);
}

}  // namespace argosy::serve
