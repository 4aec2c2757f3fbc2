// The escapes of Python string literals.
#pragma once

#include <string>
#include <string_view>

namespace argosy::jinja {

/// The text that the inside of a quoted literal stands for; unknown escapes stay as written.
/// Throws Failure naming `line` for a cut or impossible escape.
std::string UnescapeLiteral(std::string_view body, int line);

}  // namespace argosy::jinja
