#include "model/fetch/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "telemetry/log.h"

namespace argosy {

Result<FileLock> FileLock::Acquire(const std::filesystem::path& path,
                                   const std::function<bool()>& cancelled) {
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0664);
    if (fd < 0) {
        return Err(errno == EACCES ? ErrorCode::kPermissionDenied : ErrorCode::kInternal,
                   "cannot make the lock {}: {}", path.string(), std::strerror(errno));
    }
    FileLock lock(fd);
    for (bool told = false; ::flock(fd, LOCK_EX | LOCK_NB) != 0; told = true) {
        if (errno != EWOULDBLOCK && errno != EINTR) return lock;  // a file system without locks
        if (!told) log::Info("waiting for another download", {{"lock", path.string()}});
        if (cancelled && cancelled()) return Err(ErrorCode::kCancelled, "cancelled");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return lock;
}

FileLock::~FileLock() {
    if (fd_ >= 0) ::close(fd_);  // which unlocks; the file stays, since others may wait on it
}

}  // namespace argosy
