#include "assistant/face/message_request.h"

#include "serve/fields.h"

namespace argosy::assistant::internal {

namespace {

using serve::ApiError;
using serve::ApiResult;
using serve::Fields;

ApiError Missing(std::string_view field) {
    ApiError error = serve::FromStatus(400, fmt::format("'{}': a text is needed", field));
    error.param = field;
    return error;
}

// A text, or the texts of OpenAI's content parts.
std::string ContentOf(const json::object& message) {
    const json::value* content = message.if_contains("content");
    if (content == nullptr) return {};
    if (content->is_string()) return std::string(content->as_string());
    std::string out;
    if (!content->is_array()) return out;
    for (const json::value& part : content->as_array()) {
        const json::object* object = part.if_object();
        const json::value* text = object ? object->if_contains("text") : nullptr;
        if (text == nullptr || !text->is_string()) continue;
        if (!out.empty()) out += '\n';
        out += std::string_view(text->as_string());
    }
    return out;
}

void ReadMessages(Fields& fields, AskRequest& ask) {
    const json::array* messages = fields.Array("messages");
    ask.history.emplace();
    if (messages == nullptr || messages->empty()) {
        return fields.Fail("messages", "at least one message is needed");
    }
    for (size_t i = 0; i < messages->size(); ++i) {
        const json::object* message = (*messages)[i].if_object();
        const json::value* value = message ? message->if_contains("role") : nullptr;
        const std::string role =
            value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
        if (role == "system" || role == "developer") continue;
        if (role != "user" && role != "assistant") {
            return fields.Fail(fmt::format("messages[{}].role", i),
                               "an assistant takes user and assistant messages");
        }
        ask.history->push_back({role, ContentOf(*message), 0, {}});
    }
    if (ask.history->empty() || ask.history->back().role != "user") {
        return fields.Fail("messages", "the last message must be the user's");
    }
    ask.message = std::move(ask.history->back().content);
    ask.history->pop_back();
}

void ReadSampling(Fields& fields, Sampling& sampling) {
    const auto read = [&](std::string_view name, std::optional<float>& out, float most) {
        if (fields.Find(name) == nullptr) return;
        float value = 0;
        fields.Read(name, value);
        if (value < 0 || value > most) fields.Fail(name, fmt::format("must be 0 to {}", most));
        out = value;
    };
    read("temperature", sampling.temperature, 2);
    read("top_p", sampling.top_p, 1);
    fields.Read("seed", sampling.seed);
    fields.Read("max_tokens", sampling.max_tokens);
    fields.Read("max_completion_tokens", sampling.max_tokens);
    if (sampling.max_tokens < 1) fields.Fail("max_tokens", "must be at least 1");
    fields.ReadTexts("stop", sampling.stop);
}

void RefuseOthers(Fields& fields) {
    int32_t n = 1;
    fields.Read("n", n);
    if (n != 1) fields.Fail("n", "an assistant gives one answer");
    for (const char* name : {"tools", "functions", "response_format"}) {
        if (fields.Find(name)) fields.Fail(name, "an assistant has its own");
    }
}

}  // namespace

ApiResult<MessageRequest> ParseMessage(const json::object& body) {
    MessageRequest request;
    Fields fields(body);
    fields.Read("message", request.ask.message);
    fields.Read("session_id", request.ask.session);
    fields.Read("user", request.ask.user);
    fields.Read("stream", request.stream);
    fields.Read("trace", request.trace);
    if (!fields.ok()) return std::unexpected(*fields.error());
    if (request.ask.message.empty()) return std::unexpected(Missing("message"));
    return request;
}

ApiResult<AskRequest> ParseGenerate(const json::object& body) {
    AskRequest ask;
    Fields fields(body);
    fields.Read("prompt", ask.message);
    fields.Read("session_id", ask.session);
    if (!fields.ok()) return std::unexpected(*fields.error());
    if (ask.message.empty()) return std::unexpected(Missing("prompt"));
    return ask;
}

ApiResult<ChatBody> ParseChat(const json::object& body, const Sampling& sampling) {
    ChatBody chat;
    chat.ask.sampling = sampling;
    Fields fields(body);
    ReadMessages(fields, chat.ask);
    ReadSampling(fields, *chat.ask.sampling);
    fields.Read("user", chat.ask.user);
    fields.Read("stream", chat.stream);
    if (const json::object* options = fields.Object("stream_options")) {
        Fields inner(*options, "stream_options.");
        inner.Read("include_usage", chat.stream_usage);
        if (!inner.ok()) return std::unexpected(*inner.error());
    }
    if (const json::object* own = fields.Object("argosy")) {
        Fields inner(*own, "argosy.");
        inner.Read("trace", chat.trace);
        if (!inner.ok()) return std::unexpected(*inner.error());
    }
    RefuseOthers(fields);
    if (!fields.ok()) return std::unexpected(*fields.error());
    return chat;
}

json::object UsageJson(const ModelUsage& usage) {
    return {{"prompt_tokens", usage.prompt_tokens},
            {"completion_tokens", usage.completion_tokens},
            {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
            {"prompt_tokens_details", json::object{{"cached_tokens", usage.cached_tokens}}}};
}

json::object MessageJson(const std::string& id, const std::string& assistant, const Answer& answer,
                         bool trace) {
    json::object out{{"id", id},
                     {"object", "assistant.message"},
                     {"assistant", assistant},
                     {"session_id", answer.session},
                     {"response", answer.text},
                     {"citations", CitationsToJson(answer.citations, true)},
                     {"unknown", answer.unknown},
                     {"refused", answer.refused},
                     {"finish_reason", answer.finish},
                     {"usage", UsageJson(answer.usage)}};
    if (trace) out["trace"] = answer.trace;
    return out;
}

}  // namespace argosy::assistant::internal
