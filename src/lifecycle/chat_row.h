// The checks of a chat row's messages, and the text in them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy::lifecycle {

/// The messages, where they are well-formed: known roles, contents of text, the last one the
/// assistant's, an answer to learn. kInvalidArgument names the field ("messages[2].role ...").
Result<json::array> CheckMessages(const json::value& messages);

/// A checked message's content as one text; empty where it has none.
std::string ContentText(const json::object& message);
/// "a string", "an object" ... for messages to people.
std::string_view KindOf(const json::value& value);
bool IsBlank(std::string_view text);

}  // namespace argosy::lifecycle
