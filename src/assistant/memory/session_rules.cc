#include "assistant/memory/session_rules.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "base/text.h"

namespace argosy::assistant {

namespace {

constexpr size_t kMaxName = 128;
constexpr size_t kMaxUser = 256;

bool IsNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

Result<void> CheckName(std::string_view what, std::string_view name) {
    if (!name.empty() && name.size() <= kMaxName && std::ranges::all_of(name, IsNameChar)) {
        return {};
    }
    return Err(ErrorCode::kInvalidArgument, "the {} must be 1 to {} of A-Z a-z 0-9 . _ -, got '{}'",
               what, kMaxName, SanitizeUtf8(name.substr(0, 40)));
}

const json::string* Text(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value ? value->if_string() : nullptr;
}

}  // namespace

Result<void> CheckKey(const SessionKey& key) {
    ARGOSY_CHECK_OK(CheckName("assistant's name", key.assistant));
    return CheckName("session's id", key.session);
}

Result<void> CheckUser(std::string_view user) {
    const bool plain =
        std::ranges::none_of(user, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (user.size() <= kMaxUser && plain && SanitizeUtf8(user) == user) return {};
    return Err(ErrorCode::kInvalidArgument,
               "a user must be up to {} bytes of UTF-8 without control characters", kMaxUser);
}

Result<void> CheckMessages(std::span<const StoredMessage> messages, const SessionLimits& limits) {
    for (const StoredMessage& message : messages) {
        if (message.role.empty()) return Err(ErrorCode::kInvalidArgument, "a message has no role");
        if (SanitizeUtf8(message.content) != message.content) {
            return Err(ErrorCode::kInvalidArgument, "a message is not valid UTF-8");
        }
        if (MessageBytes(message) > limits.max_message_bytes) {
            return Err(ErrorCode::kResourceExhausted, "a message of {} passes the limit of {}",
                       FormatBytes(MessageBytes(message)), FormatBytes(limits.max_message_bytes));
        }
    }
    return {};
}

size_t MessageBytes(const StoredMessage& message) {
    return message.content.size() + ExtraToText(message.extra).size();
}

size_t CountToDrop(std::span<const size_t> message_bytes, const SessionLimits& limits) {
    size_t total = std::accumulate(message_bytes.begin(), message_bytes.end(), size_t{0});
    size_t drop = 0;
    while (drop + 1 < message_bytes.size() &&
           (message_bytes.size() - drop > limits.max_messages || total > limits.max_bytes)) {
        total -= message_bytes[drop++];
    }
    return drop;
}

json::object MessageToJson(const StoredMessage& message) {
    json::object out{{"role", message.role}, {"content", message.content}, {"at", message.at}};
    if (!message.extra.empty()) out["extra"] = message.extra;
    return out;
}

Result<StoredMessage> MessageFromJson(const json::value& value) {
    const json::object* object = value.if_object();
    const json::string* role = object ? Text(*object, "role") : nullptr;
    const json::string* content = object ? Text(*object, "content") : nullptr;
    const json::value* at = object ? object->if_contains("at") : nullptr;
    if (role == nullptr || content == nullptr || at == nullptr || !at->is_int64()) {
        return Err(ErrorCode::kCorrupt, "a stored message lacks its role, content or time");
    }
    StoredMessage message{std::string(*role), std::string(*content), at->as_int64(), {}};
    if (const json::value* extra = object->if_contains("extra"); extra && extra->is_object()) {
        message.extra = extra->as_object();
    }
    return message;
}

std::string ExtraToText(const json::object& extra) {
    return extra.empty() ? "" : json::serialize(extra);
}

Result<json::object> ExtraFromText(std::string_view text) {
    if (text.empty()) return json::object();
    const auto parsed = ParseJson(text);
    if (parsed && parsed->is_object()) return parsed->as_object();
    return Err(ErrorCode::kCorrupt, "a stored message's extra is no JSON object");
}

std::string NewSessionId() {
    std::random_device random;  // the kernel's generator in libstdc++
    std::string id;
    for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", random());
    return id;
}

}  // namespace argosy::assistant
