// Patterns of paths: "*" and "?" within a name, "[a-z]" one of a set, "**" any folders in between.
#pragma once

#include <string>
#include <string_view>

namespace argosy::retrieval {

/// Whether the text holds any of "*?[".
bool IsGlob(std::string_view text);
/// Whether a path ("docs/a/b.md") matches ("docs/**/*.md"). A name that begins with a dot is
/// matched only by a pattern that has the dot.
bool MatchesGlob(std::string_view pattern, std::string_view path);
/// The folders before the first name that is a pattern: "docs/" of "docs/**/*.md"; may be empty.
std::string GlobRoot(std::string_view pattern);

}  // namespace argosy::retrieval
