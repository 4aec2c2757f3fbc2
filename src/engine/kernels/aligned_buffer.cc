#include "engine/kernels/aligned_buffer.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace argosy {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMapFrom = size_t{1} << 20;
constexpr size_t kPage = 4096, kHugePage = size_t{2} << 20;

size_t RoundUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// `size` zeroed bytes that begin where a huge page can: mapped with room around, which is given
// back.
std::byte* MapHuge(size_t size) {
    const size_t room = size + kHugePage;
    void* mapped =
        ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* begin = static_cast<std::byte*>(mapped);
    const auto address = reinterpret_cast<uintptr_t>(mapped);
    const size_t before = RoundUp(address, kHugePage) - address;
    if (before > 0) ::munmap(begin, before);
    if (before < kHugePage) ::munmap(begin + before + size, kHugePage - before);
    ::madvise(begin + before, size, MADV_HUGEPAGE);  // a wish: without huge pages it is only slower
    return begin + before;
}

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
    data_ = std::unique_ptr<std::byte[], Release>(MapHuge(RoundUp(bytes, kPage)),
                                                  Release{RoundUp(bytes, kPage)});
}

}  // namespace argosy
