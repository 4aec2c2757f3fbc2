// Files on this machine: one, those of a folder, those that a pattern names.
#pragma once

#include <filesystem>
#include <string>

#include "retrieval/load/load_session.h"

namespace argosy::retrieval {

/// Reads the file by its kind; documents carry `source`, whatever the path is.
void LoadFile(const std::filesystem::path& path, const std::string& source, ContentKind kind,
              LoadSession& session);

/// A file, a folder (all files below it of known kinds, in the order of their paths; hidden ones
/// are passed over, links to folders not followed, others noted) or a pattern as glob.h has it.
/// What is not there or cannot be read is reported.
void LoadPath(const std::string& path, LoadSession& session);

}  // namespace argosy::retrieval
