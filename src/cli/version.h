// The version, said in one place.
#pragma once

namespace argosy::cli {

inline constexpr const char* kVersion = "0.1.0";
inline constexpr const char* kVersionText = "argosy 0.1.0";

}  // namespace argosy::cli
