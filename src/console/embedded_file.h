// The console's files, as they lie in the binary.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace argosy::console {

struct EmbeddedFile {
    std::string_view path;  // "index.html", "assets/index-3fA9.js"
    std::string_view type;  // of its content
    std::string_view hash;  // of the bytes, for the ETag
    std::string_view body;
    std::string_view gzip;  // empty where it is not worth it
    std::string_view br;
};

/// All of them, sorted by path; none in a build without the console (ARGOSY_CONSOLE=OFF).
std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace argosy::console
