// Helpers that text filters share with the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace argosy::jinja {

/// & < > " ' as character references, as markupsafe spells them.
std::string EscapeHtml(std::string_view text);
/// str.replace(old, new, count); count < 0 for all.
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to,
                       int64_t count);

}  // namespace argosy::jinja
