// An advisory lock between processes (flock), as huggingface_hub's filelock takes it.
#pragma once

#include <filesystem>
#include <functional>

#include "base/error.h"

namespace argosy {

/// Held until destroyed. Move-only.
class FileLock {
  public:
    /// Waits until the lock is free. `cancelled` may be empty; true ends the wait (kCancelled).
    static Result<FileLock> Acquire(const std::filesystem::path& path,
                                    const std::function<bool()>& cancelled);
    FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;
    ~FileLock();

  private:
    explicit FileLock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace argosy
