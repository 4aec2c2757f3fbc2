// A log file for each resource: what happened to it, a line an event, kept over restarts and
// bounded. Thread-safe.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "local/status_board.h"

namespace argosy::local {

/// "logs/assistant-shop.log" in the state's folder.
std::filesystem::path LogFile(const std::filesystem::path& state, const ResourceId& id);

class ResourceLogs {
  public:
    static constexpr uintmax_t kMaxBytes = 1 << 20;  // beyond it the file becomes FILE.1

    explicit ResourceLogs(std::filesystem::path state);
    /// The last event of the status. A log that cannot be written is warned of, once.
    void Write(const ResourceStatus& status);

  private:
    const std::filesystem::path state_;
    std::mutex mutex_;
    bool warned_ = false;  // GUARDED_BY(mutex_)
};

/// "2026-11-25T08:42:20Z Ready Running: 300 documents".
std::string LogLine(const Event& event);

}  // namespace argosy::local
