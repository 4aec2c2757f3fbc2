// Where a run can go on from: a folder "checkpoint-00001200" with a state and tensors, that is
// whole or absent whenever the process or the machine stops.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::train {

struct NamedFloats {
    std::string name;
    std::span<const float> values;
};

struct LoadedCheckpoint {
    std::filesystem::path path;
    json::object state;
    std::vector<std::pair<std::string, std::vector<float>>> tensors;
};

/// Writes `folder`/checkpoint-<step> and then removes all but the newest `keep`. Gives its path.
Result<std::filesystem::path> WriteCheckpoint(const std::filesystem::path& folder, int64_t step,
                                              const json::object& state,
                                              std::span<const NamedFloats> tensors, int keep);
/// The newest one; nothing where there is none. kCorrupt naming the file.
Result<std::optional<LoadedCheckpoint>> ReadNewestCheckpoint(const std::filesystem::path& folder);

}  // namespace argosy::train
