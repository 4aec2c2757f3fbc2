#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace argosy {

namespace {

std::unexpected<Error> FromErrno(const std::filesystem::path& path, const char* what) {
    const int number = errno;
    const ErrorCode code = number == ENOENT   ? ErrorCode::kNotFound
                           : number == EACCES ? ErrorCode::kPermissionDenied
                                              : ErrorCode::kInternal;
    return At(path.string(), Error{code, fmt::format("{}: {}", what, std::strerror(number)), {}});
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return FromErrno(path, "cannot open");
    struct stat info{};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (!S_ISREG(info.st_mode)) errno = EINVAL;
        auto error = FromErrno(path, "not a regular file");
        ::close(fd);
        return error;
    }
    MappedFile file;
    file.size_ = static_cast<size_t>(info.st_size);
    if (file.size_ > 0) {
        void* data = ::mmap(nullptr, file.size_, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED) {
            auto error = FromErrno(path, "cannot map");
            file.size_ = 0;
            ::close(fd);
            return error;
        }
        file.data_ = static_cast<const std::byte*>(data);
    }
    ::close(fd);
    return file;
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::DropPages() const {
    if (data_ != nullptr) ::madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

void MappedFile::WillNeed() const {
    if (data_ != nullptr) ::madvise(const_cast<std::byte*>(data_), size_, MADV_WILLNEED);
}

}  // namespace argosy
