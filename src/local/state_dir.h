// The folder that an application's state lives in on this machine, and how a running `argosy up`
// is found by its other commands:
//   lock          held while a process runs
//   control.json  where that process listens, and a key that opens all of it; for the user alone
//   memory/       conversations          knowledge/  indexes          logs/  a file a resource
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"

namespace argosy::local {

/// How to reach the process that has the folder.
struct Control {
    int pid = 0;
    std::string url;  // "http://127.0.0.1:8080"
    std::string key;
    std::string application;  // the file, for people
};

class StateDir {
  public:
    /// Makes the folder where there is none and takes its lock. kUnavailable where another process
    /// has it, with that process's id; kInternal with the system's reason.
    static Result<StateDir> Open(const std::filesystem::path& path);
    StateDir(StateDir&& other) noexcept
        : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
    StateDir& operator=(StateDir&&) = delete;
    ~StateDir();

    const std::filesystem::path& path() const { return path_; }
    /// Readable by the user alone. Removed at the end.
    Result<void> Publish(const Control& control) const;

  private:
    StateDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_ = -1;
};

/// Of the process that has the folder now; nothing where none does.
Result<std::optional<Control>> ReadControl(const std::filesystem::path& folder);

}  // namespace argosy::local
