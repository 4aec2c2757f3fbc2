// Regular expressions of descriptions, matched in bounded time and memory.
#pragma once

#include <string>
#include <string_view>

namespace argosy::resources {

/// Whether the text has a match of the pattern, which is one of ours: a broken one ends the
/// process.
bool Matches(const std::string& pattern, std::string_view text);

}  // namespace argosy::resources
