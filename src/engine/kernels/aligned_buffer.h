// Memory for vectors and caches: 64-byte aligned, zeroed by the system, on huge pages where there
// are any (a weight matrix on 4 KiB pages spends a tenth of its time in page walks).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace argosy {

/// Owns `bytes()` zeroed bytes aligned to 64 (to the page from 1 MiB on). Movable.
class AlignedBuffer {
  public:
    AlignedBuffer() = default;
    /// Throws std::bad_alloc where the system has no memory.
    explicit AlignedBuffer(size_t bytes);

    std::byte* data() { return data_.get(); }
    const std::byte* data() const { return data_.get(); }
    size_t bytes() const { return bytes_; }
    template <typename T>
    T* as() {
        return reinterpret_cast<T*>(data_.get());
    }
    template <typename T>
    const T* as() const {
        return reinterpret_cast<const T*>(data_.get());
    }

  private:
    struct Release {
        size_t mapped;  // bytes of an mmap, 0 for the heap
        Release() : mapped(0) {}
        Release(size_t bytes) : mapped(bytes) {}  // NOLINT: implicit, for braces
        void operator()(std::byte* data) const;
    };
    std::unique_ptr<std::byte[], Release> data_;
    size_t bytes_ = 0;
};

}  // namespace argosy
