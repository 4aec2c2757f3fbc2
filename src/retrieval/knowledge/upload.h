// A file that came as bytes, read as if it lay on the disk.
#pragma once

#include <string>
#include <string_view>

#include "retrieval/knowledge/ingest_run.h"

namespace argosy::retrieval {

/// The name behind the last slash of what a client calls its file. kInvalidArgument where nothing
/// is left that can be a file's name.
Result<std::string> UploadName(std::string_view filename);

/// `bytes` outlive the run. kInvalidArgument where neither the options nor the name tell the kind.
Result<IngestSourceRun> UploadRun(const std::string& filename, std::string_view bytes,
                                  const LoadOptions& options);

}  // namespace argosy::retrieval
