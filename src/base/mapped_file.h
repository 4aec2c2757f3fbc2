// A file mapped read-only into memory. Move-only; unmaps on destruction. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/error.h"

namespace argosy {

class MappedFile {
  public:
    /// Maps the whole file. Errors: kNotFound, kPermissionDenied, kInternal with errno's text.
    static Result<MappedFile> Open(const std::filesystem::path& path);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// Tells the kernel that the pages are not needed now; a later read maps them in again.
    void DropPages() const;
    /// Asks the kernel to read the file ahead.
    void WillNeed() const;

  private:
    const std::byte* data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace argosy
