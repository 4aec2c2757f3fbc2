// Reason phrases of HTTP status codes (RFC 9110 section 15).
#pragma once

#include <string_view>

namespace argosy {

/// "Not Found" for 404; "Unknown" for a code that has no phrase here.
std::string_view StatusText(int status);

}  // namespace argosy
