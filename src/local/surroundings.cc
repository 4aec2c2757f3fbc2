#include "local/surroundings.h"

namespace argosy::local {

std::string Resolved(const Surroundings& around, const std::string& path) {
    constexpr std::string_view kFile = "file://";
    const bool file = path.starts_with(kFile);
    if (!file && path.find("://") != std::string::npos) return path;
    const std::filesystem::path bare = file ? path.substr(kFile.size()) : path;
    // Not normalised: a trailing slash and patterns say something.
    return bare.is_absolute() ? bare.string() : (around.folder / bare).string();
}

}  // namespace argosy::local
