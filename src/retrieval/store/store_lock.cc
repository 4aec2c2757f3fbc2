#include "retrieval/store/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace argosy::retrieval {

Result<StoreLock> StoreLock::Take(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "lock";
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        return At(path.string(),
                  {ErrorCode::kInternal, fmt::format("cannot open: {}", std::strerror(errno)), {}});
    }
    StoreLock lock(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char holder[32] = {};
        const ssize_t read = pread(fd, holder, sizeof holder - 1, 0);
        return At(
            folder.string(),
            {ErrorCode::kUnavailable,
             fmt::format("process {} has this store open; one process at a time may: stop it, "
                         "or ask it over HTTP",
                         read > 0 ? holder : "(unknown)"),
             {}});
    }
    const std::string pid = std::to_string(getpid());
    // Only for the message above: a failure to write it takes nothing from the lock.
    if (ftruncate(fd, 0) == 0) (void)!pwrite(fd, pid.data(), pid.size(), 0);
    return lock;
}

StoreLock::~StoreLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace argosy::retrieval
