// Regular expressions of JSON Schema's string formats (draft 2020-12, RFC 3339, 4122, 5321, 1123,
// 4291, 3986): each admits only valid strings of the format, and all that models usually write.
#pragma once

#include <string_view>

namespace argosy::grammar {

/// The whole string's expression; empty for a format that only annotates ("password", "binary");
/// null data where the format is unknown.
std::string_view FormatRegex(std::string_view format);

/// The formats that are enforced, for messages: "date, time, ...".
std::string_view KnownFormats();

}  // namespace argosy::grammar
