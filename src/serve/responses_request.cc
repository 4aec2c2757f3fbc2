#include "serve/responses_request.h"

#include <algorithm>

namespace argosy::serve {

namespace {

std::string Text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : "";
}

// Content parts of the Responses API ("input_text", "output_text") as chat's "text"; others pass,
// so that the chat's own check names what is unsupported.
json::value ChatContent(const json::value& content) {
    if (!content.is_array()) return content;
    json::array parts;
    for (const json::value& part : content.as_array()) {
        const json::object* object = part.if_object();
        const std::string type = object ? Text(*object, "type") : "";
        if (type == "input_text" || type == "output_text") {
            parts.push_back({{"type", "text"}, {"text", Text(*object, "text")}});
        } else {
            parts.push_back(part);
        }
    }
    return parts;
}

// Calls of one turn belong to one assistant message.
void AddFunctionCall(const json::object& item, json::array& messages) {
    json::object call{
        {"id", Text(item, "call_id")},
        {"type", "function"},
        {"function", {{"name", Text(item, "name")}, {"arguments", Text(item, "arguments")}}}};
    const bool follows =
        !messages.empty() && Text(messages.back().as_object(), "role") == "assistant";
    if (!follows) messages.push_back({{"role", "assistant"}, {"content", nullptr}});
    json::object& message = messages.back().as_object();
    if (!message.contains("tool_calls")) message["tool_calls"] = json::array();
    message["tool_calls"].as_array().push_back(std::move(call));
}

void AddItem(Fields& fields, size_t index, const json::value& value, json::array& messages) {
    const json::object* item = value.if_object();
    if (item == nullptr) {
        return fields.Fail("input",
                           fmt::format("item {} is {}, not an object", index, KindName(value)));
    }
    const std::string type = Text(*item, "type");
    if (type == "function_call") return AddFunctionCall(*item, messages);
    if (type == "reasoning" || type == "item_reference") return;
    if (type == "function_call_output") {
        const json::value* output = item->if_contains("output");
        messages.push_back({{"role", "tool"},
                            {"tool_call_id", Text(*item, "call_id")},
                            {"content", output ? ChatContent(*output) : json::value("")}});
        return;
    }
    const json::value* content = item->if_contains("content");
    if ((type.empty() || type == "message") && content != nullptr) {
        messages.push_back({{"role", Text(*item, "role")}, {"content", ChatContent(*content)}});
        return;
    }
    fields.Fail("input", fmt::format("item {} has the type '{}': expected message, function_call, "
                                     "function_call_output or reasoning",
                                     index, type));
}

void ReadInput(Fields& fields, json::array& messages) {
    const json::value* input = fields.Find("input");
    if (input == nullptr) return fields.Fail("input", "is required");
    if (input->is_string()) {
        messages.push_back({{"role", "user"}, {"content", input->as_string()}});
        return;
    }
    const json::array* items = fields.Array("input");
    if (items == nullptr) return;
    for (size_t i = 0; i < items->size(); ++i) AddItem(fields, i, (*items)[i], messages);
}

// {"type": "function", "name", "parameters"} here; chat has these below "function".
void ReadTools(Fields& fields, ResponsesRequest& request) {
    const json::array* tools = fields.Array("tools");
    request.tools = tools ? json::value(*tools) : json::value(json::array());
    for (const json::value& tool : tools ? *tools : json::array()) {
        const json::object* object = tool.if_object();
        if (object == nullptr || Text(*object, "type") != "function") {
            return fields.Fail("tools", "only tools of the type \"function\" can be called");
        }
        json::object function = *object;
        function.erase("type");
        request.call.chat.tools.push_back(
            {{"type", "function"}, {"function", std::move(function)}});
    }
}

void ReadToolChoice(Fields& fields, ResponsesRequest& request) {
    using Kind = ToolChoice::Kind;
    request.tool_choice = "auto";
    const json::value* value = fields.Find("tool_choice");
    if (value == nullptr) return;
    request.tool_choice = *value;
    ToolChoice& choice = request.call.tool_choice;
    if (value->is_object()) {
        choice = {Kind::kFunction, Text(value->as_object(), "name")};
    } else if (*value == "none") {
        choice.kind = Kind::kNone;
    } else if (*value == "required") {
        choice.kind = Kind::kRequired;
    } else if (*value != "auto") {
        fields.Fail("tool_choice", "must be \"none\", \"auto\", \"required\" or a function");
    }
}

void ReadReasoning(Fields& fields, ChatRequest& chat) {
    const json::object* reasoning = fields.Object("reasoning");
    const std::string effort = reasoning ? Text(*reasoning, "effort") : "";
    if (effort.empty()) return;
    chat.extra["reasoning_effort"] = effort;
    chat.extra["enable_thinking"] = effort != "none";
}

void ReadTextFormat(Fields& fields, GrammarCache& cache, ResponsesRequest& request) {
    request.text_format = json::object{{"type", "text"}};
    const json::object* text = fields.Object("text");
    const json::value* format = text ? text->if_contains("format") : nullptr;
    if (format == nullptr || !format->is_object()) return;
    request.text_format = *format;
    request.call.sampling.grammar =
        ReadFormatObject(fields, "text.format", format->as_object(), true, cache);
}

}  // namespace

void ResponseStore::Put(std::string id, StoredResponse response) {
    const size_t bytes =
        json::serialize(response.response).size() + json::serialize(response.messages).size();
    const std::scoped_lock lock(mutex_);
    entries_.push_back({std::move(id), std::move(response), bytes});
    bytes_ += bytes;
    while (entries_.size() > kMaxEntries || (bytes_ > kMaxBytes && entries_.size() > 1)) {
        bytes_ -= entries_.front().bytes;
        entries_.pop_front();
    }
}

std::optional<StoredResponse> ResponseStore::Get(const std::string& id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(entries_, id, &Entry::id);
    if (found == entries_.end()) return std::nullopt;
    return found->response;
}

bool ResponseStore::Delete(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(entries_, id, &Entry::id);
    if (found == entries_.end()) return false;
    bytes_ -= found->bytes;
    entries_.erase(found);
    return true;
}

ApiResult<ResponsesRequest> ParseResponses(const ModelHost& host, GrammarCache& cache,
                                           const ResponseStore& store, const json::object& body) {
    ResponsesRequest request;
    ChatCall& call = request.call;
    call.sampling = host.default_sampling();
    Fields fields(body);
    fields.Read("model", call.model);
    fields.Read("previous_response_id", request.previous_id);
    if (!request.previous_id.empty()) {
        const auto previous = store.Get(request.previous_id);
        if (!previous) {
            ApiError error =
                FromStatus(404, fmt::format("Previous response '{}' is not stored (any more)",
                                            request.previous_id));
            error.param = "previous_response_id";
            error.code = "previous_response_not_found";
            return std::unexpected(error);
        }
        call.chat.messages = previous->messages;
    }
    ReadInput(fields, call.chat.messages);
    if (const json::value* instructions = fields.Find("instructions")) {
        request.instructions = *instructions;
        std::string text;
        fields.Read("instructions", text);
        call.chat.messages.insert(call.chat.messages.begin(),
                                  json::object{{"role", "system"}, {"content", text}});
    }
    ReadTools(fields, request);
    ReadToolChoice(fields, request);
    fields.Read("parallel_tool_calls", call.parallel_tool_calls);
    ReadReasoning(fields, call.chat);
    ReadSampling(fields, call.sampling);
    if (call.sampling.n != 1) fields.Fail("n", "this endpoint gives one answer");
    fields.Read("max_output_tokens", call.sampling.max_tokens);
    fields.Read("stream", request.stream);
    fields.Read("store", request.store);
    ReadScheduling(fields, call.priority, call.cache_salt);
    ReadTextFormat(fields, cache, request);
    if (const json::object* metadata = fields.Object("metadata")) request.metadata = *metadata;
    if (!fields.ok()) return std::unexpected(*fields.error());
    auto adapter = FindAdapter(host, call.model);
    if (!adapter) return std::unexpected(adapter.error());
    call.adapter = std::move(*adapter);
    if (call.model.empty()) call.model = host.name();
    return request;
}

}  // namespace argosy::serve
