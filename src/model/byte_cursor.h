// Reads little-endian values from bytes that cannot be trusted; each error names field and offset.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace argosy {

class ByteCursor {
  public:
    explicit ByteCursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

    size_t offset() const { return offset_; }
    size_t left() const { return bytes_.size() - offset_; }

    /// An error of kind `code` at `offset`.
    template <typename... Args>
    static std::unexpected<Error> Fail(size_t offset, ErrorCode code,
                                       fmt::format_string<Args...> format, Args&&... args) {
        return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...),
                                     fmt::format("offset {}", offset)});
    }

    template <typename T>
    Result<T> Read(std::string_view field) {
        if (left() < sizeof(T)) {
            return Fail(offset_, ErrorCode::kCorrupt, "{}: the file ends here, {} bytes expected",
                        field, sizeof(T));
        }
        T value;
        std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
        offset_ += sizeof(T);
        return value;
    }

    /// A 64-bit length and that many bytes.
    Result<std::string_view> ReadString(std::string_view field, uint64_t max_bytes) {
        const size_t start = offset_;
        ARGOSY_TRY(const uint64_t length, Read<uint64_t>(field));
        if (length > left() || length > max_bytes) {
            return Fail(start, ErrorCode::kCorrupt, "{}: length {} is more than {}", field, length,
                        length > left() ? fmt::format("the {} bytes left", left())
                                        : fmt::format("the limit of {}", max_bytes));
        }
        const auto* text = reinterpret_cast<const char*>(bytes_.data() + offset_);
        offset_ += length;
        return std::string_view(text, length);
    }

  private:
    std::span<const std::byte> bytes_;
    size_t offset_ = 0;
};

}  // namespace argosy
