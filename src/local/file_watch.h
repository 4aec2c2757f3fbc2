// Tells when files change, by inotify. Their folders are watched, since editors write another file
// and rename it. Thread-compatible.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/error.h"

namespace argosy::local {

class FileWatch {
  public:
    /// kInternal with the system's reason.
    static Result<FileWatch> Open();
    FileWatch(FileWatch&& other) noexcept;
    FileWatch& operator=(FileWatch&&) = delete;
    ~FileWatch();

    /// Watches these from now on, and none else. What cannot be watched (its folder is not there)
    /// is passed over.
    void Watch(const std::set<std::filesystem::path>& files);
    /// To be polled for reading.
    int fd() const { return fd_; }
    /// Which of the files changed since the last call. Does not block.
    std::set<std::filesystem::path> Changed();

  private:
    explicit FileWatch(int fd) : fd_(fd) {}

    int fd_ = -1;
    std::map<int, std::filesystem::path> folders_;  // by inotify's number
    std::set<std::filesystem::path> files_;
};

}  // namespace argosy::local
