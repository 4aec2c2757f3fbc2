#include "base/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace argosy {

namespace {

std::unexpected<Error> SystemError(const std::filesystem::path& path, const char* what) {
    return At(path.string(),
              {ErrorCode::kInternal, fmt::format("{}: {}", what, std::strerror(errno)), {}});
}

// Closes on every way out.
struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd >= 0) close(fd);
    }
};

Result<void> WriteAll(const std::filesystem::path& path, int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t done = write(fd, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return SystemError(path, "cannot write");
        bytes = bytes.subspan(static_cast<size_t>(done));
    }
    return {};
}

Result<void> WriteAndSync(const std::filesystem::path& path,
                          std::span<const std::span<const std::byte>> parts) {
    const Descriptor file{open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.fd < 0) return SystemError(path, "cannot create");
    for (const auto& part : parts) ARGOSY_CHECK_OK(WriteAll(path, file.fd, part));
    if (fsync(file.fd) != 0) return SystemError(path, "cannot sync");
    return {};
}

}  // namespace

Result<void> WriteFileDurably(const std::filesystem::path& path,
                              std::span<const std::span<const std::byte>> parts) {
    std::filesystem::path partial = path;
    partial += ".partial";
    if (auto written = WriteAndSync(partial, parts); !written) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        return written;
    }
    if (std::rename(partial.c_str(), path.c_str()) != 0) return SystemError(path, "cannot rename");
    return SyncFolder(path.has_parent_path() ? path.parent_path() : ".");
}

Result<void> WriteFileDurably(const std::filesystem::path& path, std::string_view text) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
    return WriteFileDurably(path, {&bytes, 1});
}

Result<void> SyncFolder(const std::filesystem::path& folder) {
    const Descriptor file{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (file.fd < 0 || fsync(file.fd) != 0) return SystemError(folder, "cannot sync");
    return {};
}

}  // namespace argosy
