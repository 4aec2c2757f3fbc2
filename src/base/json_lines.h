// JSONL files read whole, a row at a time, where one bad row ends the reading.
#pragma once

#include <filesystem>
#include <functional>

#include "base/error.h"
#include "base/json.h"

namespace argosy {

/// Calls `take` with each line of the file as JSON. The first error ends it, `take`'s too, with
/// "file:line" as its place. kNotFound where the file cannot be opened, kInvalidArgument for a line
/// that is no JSON.
Result<void> ForEachJsonLine(const std::filesystem::path& path,
                             const std::function<Result<void>(const json::value& row)>& take);

}  // namespace argosy
