#include "local/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace argosy::local {

namespace fs = std::filesystem;

Result<FileWatch> FileWatch::Open() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd >= 0) return FileWatch(fd);
    return Err(ErrorCode::kInternal, "cannot watch files: {}", std::strerror(errno));
}

FileWatch::FileWatch(FileWatch&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      folders_(std::move(other.folders_)),
      files_(std::move(other.files_)) {}

FileWatch::~FileWatch() {
    if (fd_ >= 0) ::close(fd_);
}

void FileWatch::Watch(const std::set<fs::path>& files) {
    std::set<fs::path> folders;
    for (const fs::path& file : files) folders.insert(file.parent_path());
    std::erase_if(folders_, [&](const auto& entry) {
        if (folders.contains(entry.second)) return false;
        ::inotify_rm_watch(fd_, entry.first);
        return true;
    });
    for (const fs::path& folder : folders) {
        constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR;
        const int number = ::inotify_add_watch(fd_, folder.c_str(), kEvents);
        if (number >= 0) folders_[number] = folder;
    }
    files_ = files;
}

std::set<fs::path> FileWatch::Changed() {
    std::set<fs::path> changed;
    alignas(inotify_event) char buffer[16 << 10];
    while (true) {
        const ssize_t bytes = ::read(fd_, buffer, sizeof buffer);
        if (bytes <= 0) return changed;
        for (ssize_t at = 0; at < bytes;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            if ((event->mask & IN_Q_OVERFLOW) != 0) return files_;  // any of them may have
            const auto folder = folders_.find(event->wd);
            if (folder == folders_.end() || event->len == 0) continue;
            const fs::path file = folder->second / static_cast<const char*>(event->name);
            if (files_.contains(file)) changed.insert(file);
        }
    }
}

}  // namespace argosy::local
