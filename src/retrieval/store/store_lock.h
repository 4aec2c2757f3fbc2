// One process owns a store's folder.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace argosy::retrieval {

/// Holds the file `lock` in the folder; the system lets go of it when the process ends, however
/// that happens. Move-only.
class StoreLock {
  public:
    /// kUnavailable names the process that has it.
    static Result<StoreLock> Take(const std::filesystem::path& folder);

    StoreLock(StoreLock&& other) noexcept : descriptor_(other.descriptor_) {
        other.descriptor_ = -1;
    }
    StoreLock& operator=(StoreLock&&) = delete;
    ~StoreLock();

  private:
    explicit StoreLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace argosy::retrieval
