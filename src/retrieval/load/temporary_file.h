// A file for what is downloaded and read at once; gone when its owner is.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace argosy::retrieval {

/// Move-only. Thread-compatible.
class TemporaryFile {
  public:
    /// In the system's folder for such files, readable by this user alone. Errors: kInternal with
    /// errno's text.
    static Result<TemporaryFile> Make();

    TemporaryFile(TemporaryFile&& other) noexcept;
    TemporaryFile& operator=(TemporaryFile&& other) noexcept;
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile();

    const std::filesystem::path& path() const { return path_; }
    /// False where the disk refuses.
    bool Append(std::string_view bytes);
    void Clear();

  private:
    TemporaryFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
    std::filesystem::path path_;
    int fd_ = -1;
};

}  // namespace argosy::retrieval
