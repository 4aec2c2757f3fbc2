// Small text and JSON files beside a model's weights.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"

namespace argosy {

/// The whole text, or nothing where there is no such file or it is larger than 256 MiB.
std::optional<std::string> ReadTextFile(const std::filesystem::path& path);

/// A file that must be there and be a JSON object. Errors: kNotFound, kCorrupt, naming the file.
Result<json::object> ReadJsonObject(const std::filesystem::path& path);

}  // namespace argosy
