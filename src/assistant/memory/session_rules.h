// What holds for sessions in every store: names, bounds, and a message as JSON. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/memory/session_store.h"

namespace argosy::assistant {

/// An assistant's name and a session's id are 1 to 128 of A-Z a-z 0-9 . _ - (which need no
/// escaping anywhere). kInvalidArgument tells what was found.
Result<void> CheckKey(const SessionKey& key);
/// A user is up to 256 bytes of UTF-8 without control characters.
Result<void> CheckUser(std::string_view user);
/// kResourceExhausted for a message beyond the limit, kInvalidArgument for one without a role
/// or not in UTF-8.
Result<void> CheckMessages(std::span<const StoredMessage> messages, const SessionLimits& limits);

/// Bytes that a message counts for.
size_t MessageBytes(const StoredMessage& message);
/// How many of the oldest messages (given by their bytes, in order) must go so that the rest keeps
/// the bounds. The last one always stays.
size_t CountToDrop(std::span<const size_t> message_bytes, const SessionLimits& limits);

/// {"role", "content", "at"} and "extra" where there is any.
json::object MessageToJson(const StoredMessage& message);
/// kCorrupt names what is missing.
Result<StoredMessage> MessageFromJson(const json::value& value);
/// `extra` as text, and back; empty for none. kCorrupt where it is no object.
std::string ExtraToText(const json::object& extra);
Result<json::object> ExtraFromText(std::string_view text);

/// 128 random bits as hexadecimal digits: not to be guessed.
std::string NewSessionId();

}  // namespace argosy::assistant
