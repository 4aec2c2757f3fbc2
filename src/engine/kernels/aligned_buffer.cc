#include "engine/kernels/aligned_buffer.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace argosy {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMapFrom = size_t{1} << 20;

size_t RoundUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

void AlignedBuffer::Release::operator()(std::byte* data) const {
    if (mapped > 0) {
        ::munmap(data, mapped);
    } else {
        std::free(data);
    }
}

AlignedBuffer::AlignedBuffer(size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    if (bytes < kMapFrom) {
        const size_t size = RoundUp(bytes, kAlignment);
        void* data = std::aligned_alloc(kAlignment, size);
        if (data == nullptr) throw std::bad_alloc();
        std::memset(data, 0, size);
        data_.reset(static_cast<std::byte*>(data));
        return;
    }
    const size_t size = RoundUp(bytes, 4096);
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) throw std::bad_alloc();
    ::madvise(data, size, MADV_HUGEPAGE);  // a wish: without huge pages it is only slower
    data_ = std::unique_ptr<std::byte[], Release>(static_cast<std::byte*>(data), Release{size});
}

}  // namespace argosy
