// Files that are whole or absent after a crash: written under another name, synced, renamed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/error.h"

namespace argosy {

/// Replaces `path` with `parts` behind each other. On any error the old file, if any, is as it was.
/// kInternal with the text of the system's error.
Result<void> WriteFileDurably(const std::filesystem::path& path,
                              std::span<const std::span<const std::byte>> parts);
Result<void> WriteFileDurably(const std::filesystem::path& path, std::string_view text);

/// Makes the names in a folder durable (after files in it were created or renamed).
Result<void> SyncFolder(const std::filesystem::path& folder);

}  // namespace argosy
