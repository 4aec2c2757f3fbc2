#include "assistant/chat_stream.h"

namespace argosy::assistant {

namespace {

constexpr size_t kMaxCalls = 64;
constexpr size_t kMaxArguments = 1 << 20;

const json::value* Find(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}
std::string Text(const json::object& object, std::string_view name) {
    const json::value* value = Find(object, name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}
const json::object* Object(const json::object& object, std::string_view name) {
    const json::value* value = Find(object, name);
    return value != nullptr ? value->if_object() : nullptr;
}
const json::array* Array(const json::object& object, std::string_view name) {
    const json::value* value = Find(object, name);
    return value != nullptr ? value->if_array() : nullptr;
}
int64_t Count(const json::object& object, std::string_view name) {
    const json::value* value = Find(object, name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

}  // namespace

Result<bool> ChatStreamReader::Feed(std::string_view bytes) {
    std::vector<SseEvent> events;
    ARGOSY_CHECK_OK(parser_.Feed(bytes, events));
    for (const SseEvent& event : events) {
        if (event.data == "[DONE]") {
            done_ = true;
            continue;
        }
        const auto chunk = ParseJson(event.data);
        if (!chunk || !chunk->is_object()) {
            return Err(ErrorCode::kCorrupt, "the model's server streams something other than JSON");
        }
        ARGOSY_TRY(const bool wanted, Chunk(chunk->as_object()));
        if (!wanted) return false;
    }
    return true;
}

Result<bool> ChatStreamReader::Chunk(const json::object& chunk) {
    if (const json::object* error = Object(chunk, "error")) {
        return Err(ErrorCode::kUnavailable, "the model's server: {}", Text(*error, "message"));
    }
    if (const json::object* usage = Object(chunk, "usage")) {
        reply_.usage = {Count(*usage, "prompt_tokens"), 0, Count(*usage, "completion_tokens")};
        if (const json::object* details = Object(*usage, "prompt_tokens_details")) {
            reply_.usage.cached_tokens = Count(*details, "cached_tokens");
        }
    }
    const json::array* choices = Array(chunk, "choices");
    if (choices == nullptr || choices->empty() || !choices->front().is_object()) return true;
    const json::object& choice = choices->front().as_object();
    bool wanted = true;
    if (const json::object* delta = Object(choice, "delta")) wanted = Delta(*delta);
    if (std::string finish = Text(choice, "finish_reason"); !finish.empty()) {
        reply_.finish = std::move(finish);
    }
    return wanted;
}

bool ChatStreamReader::Delta(const json::object& delta) {
    if (const json::array* calls = Array(delta, "tool_calls")) Calls(*calls);
    const std::string text = Text(delta, "content");
    reply_.text += text;
    return text.empty() || on_text_(text);
}

void ChatStreamReader::Calls(const json::array& calls) {
    for (const json::value& value : calls) {
        const json::object* call = value.if_object();
        if (call == nullptr) continue;
        const auto index = static_cast<size_t>(Count(*call, "index"));
        if (index >= kMaxCalls) continue;
        if (index >= reply_.calls.size()) reply_.calls.resize(index + 1);
        ToolCall& into = reply_.calls[index];
        if (std::string id = Text(*call, "id"); !id.empty()) into.id = std::move(id);
        const json::object* function = Object(*call, "function");
        if (function == nullptr) continue;
        into.name += Text(*function, "name");
        if (into.arguments.size() < kMaxArguments) into.arguments += Text(*function, "arguments");
    }
}

ModelReply ChatStreamReader::Take() {
    for (size_t i = 0; i < reply_.calls.size(); ++i) {
        if (reply_.calls[i].id.empty()) reply_.calls[i].id = fmt::format("call_{}", i);
    }
    return std::move(reply_);
}

}  // namespace argosy::assistant
