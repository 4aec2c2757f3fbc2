// Base64 (RFC 4648 section 4).
#pragma once

#include <string>
#include <string_view>

namespace argosy {

std::string Base64Encode(std::string_view bytes);

}  // namespace argosy
