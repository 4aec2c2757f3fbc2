#include "serve/chat_request.h"

namespace argosy::serve {

namespace {

void ReadToolChoice(Fields& fields, ToolChoice& choice) {
    const json::value* value = fields.Find("tool_choice");
    if (value == nullptr) return;
    using Kind = ToolChoice::Kind;
    if (value->is_string()) {
        const std::string_view text = value->as_string();
        if (text == "none") {
            choice.kind = Kind::kNone;
        } else if (text == "required") {
            choice.kind = Kind::kRequired;
        } else if (text != "auto") {
            fields.Fail("tool_choice", "must be \"none\", \"auto\", \"required\" or a function");
        }
        return;
    }
    const json::object* object = value->if_object();
    const json::value* function = object ? object->if_contains("function") : nullptr;
    const json::object* inner = function ? function->if_object() : nullptr;
    const json::value* name = inner ? inner->if_contains("name") : nullptr;
    if (name == nullptr || !name->is_string()) {
        return fields.Fail("tool_choice",
                           "expected {\"type\": \"function\", \"function\": {\"name\": ...}}");
    }
    choice = {Kind::kFunction, std::string(name->as_string())};
}

void ReadLogprobs(Fields& fields, ChatCompletionRequest& request) {
    constexpr int kMaxTop = 20;
    fields.Read("logprobs", request.logprobs);
    int32_t top = 0;
    fields.Read("top_logprobs", top);
    if (top < 0 || top > kMaxTop) {
        fields.Fail("top_logprobs", fmt::format("must be 0 to {}, got {}", kMaxTop, top));
    } else if (top > 0 && !request.logprobs) {
        fields.Fail("top_logprobs", "needs \"logprobs\": true");
    }
    if (request.logprobs) request.call.sampling.logprobs = top;
}

// Fields that would change the answer and that no text model can honour: better refused than
// silently ignored.
void RefuseUnsupported(Fields& fields) {
    if (const json::value* modalities = fields.Find("modalities")) {
        if (*modalities != json::value(json::array{"text"})) {
            fields.Fail("modalities", "only [\"text\"] is possible");
        }
    }
    if (fields.Find("audio")) fields.Fail("audio", "this server generates no audio");
    if (fields.Find("functions")) fields.Fail("functions", "is deprecated; use 'tools'");
}

// reasoning_effort "none" is what templates know as enable_thinking = false.
void ReadTemplateArguments(Fields& fields, ChatRequest& chat) {
    if (const json::object* extra = fields.Object("chat_template_kwargs")) chat.extra = *extra;
    std::string effort;
    fields.Read("reasoning_effort", effort);
    if (effort.empty()) return;
    chat.extra.emplace("reasoning_effort", effort);
    chat.extra.emplace("enable_thinking", effort != "none");
}

}  // namespace

void ReadStreaming(Fields& fields, bool& stream, bool& usage, bool& continuous_usage) {
    fields.Read("stream", stream);
    const json::object* options = fields.Object("stream_options");
    if (options == nullptr) return;
    if (!stream) return fields.Fail("stream_options", "needs \"stream\": true");
    Fields inner(*options, "stream_options.");
    inner.Read("include_usage", usage);
    inner.Read("continuous_usage_stats", continuous_usage);
    if (!inner.ok()) fields.Fail("stream_options", inner.error()->message);
}

ApiResult<ChatCompletionRequest> ParseChatCompletion(const ModelHost& host, GrammarCache& cache,
                                                     const json::object& body) {
    ChatCompletionRequest request;
    ChatCall& call = request.call;
    call.sampling = host.default_sampling();
    Fields fields(body);
    fields.Read("model", call.model);
    const json::array* messages = fields.Array("messages");
    if (messages == nullptr || messages->empty()) {
        fields.Fail("messages", "at least one message is needed");
    } else {
        call.chat.messages = *messages;
    }
    if (const json::array* tools = fields.Array("tools")) call.chat.tools = *tools;
    ReadToolChoice(fields, call.tool_choice);
    fields.Read("parallel_tool_calls", call.parallel_tool_calls);
    fields.Read("add_generation_prompt", call.chat.add_generation_prompt);
    ReadTemplateArguments(fields, call.chat);
    ReadSampling(fields, call.sampling);
    fields.Read("max_tokens", call.sampling.max_tokens);
    fields.Read("max_completion_tokens", call.sampling.max_tokens);
    ReadLogprobs(fields, request);
    ReadStreaming(fields, request.stream, request.stream_usage, request.continuous_usage);
    ReadScheduling(fields, call.priority, call.cache_salt);
    RefuseUnsupported(fields);
    call.sampling.grammar = ReadOutputFormat(fields, cache);
    if (!fields.ok()) return std::unexpected(*fields.error());
    auto adapter = FindAdapter(host, call.model);
    if (!adapter) return std::unexpected(adapter.error());
    call.adapter = std::move(*adapter);
    if (call.model.empty()) call.model = host.name();
    return request;
}

}  // namespace argosy::serve
