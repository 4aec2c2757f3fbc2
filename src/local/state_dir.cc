#include "local/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/json.h"

namespace argosy::local {

namespace {

namespace fs = std::filesystem;

constexpr const char* kControl = "control.json";

Error SystemError(const char* doing, const fs::path& path) {
    return {ErrorCode::kInternal,
            fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(errno)),
            {}};
}

std::string ReadAll(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string TextOf(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// Whether a process holds the lock now.
bool IsHeld(const fs::path& lock) {
    const int file = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return held;
}

}  // namespace

Result<StateDir> StateDir::Open(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
        return Err(ErrorCode::kInternal,
                   "cannot make the folder {}: {}; choose another with "
                   "--state",
                   path.string(), error.message());
    }
    fs::permissions(path, fs::perms::owner_all, error);
    const fs::path lock = path / "lock";
    const int file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return std::unexpected(SystemError("open", lock));
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        ::close(file);
        const std::string pid = ReadAll(lock);
        return Err(ErrorCode::kUnavailable,
                   "another argosy up{} has its state in {}; stop that one, or choose another "
                   "folder with --state",
                   pid.empty() ? "" : " (process " + pid + ")", path.string());
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, pid.data(), pid.size(), 0) < 0) {
        const Error failed = SystemError("write", lock);
        ::close(file);
        return std::unexpected(failed);
    }
    return StateDir(fs::absolute(path).lexically_normal(), file);
}

StateDir::~StateDir() {
    if (lock_ < 0) return;
    std::error_code ignored;
    fs::remove(path_ / kControl, ignored);
    ::close(lock_);
}

Result<void> StateDir::Publish(const Control& control) const {
    const std::string text = json::serialize(json::object{{"pid", control.pid},
                                                          {"url", control.url},
                                                          {"key", control.key},
                                                          {"application", control.application}});
    // Made for the user alone before anything is written, and whole before it has its name.
    const fs::path made = path_ / "control.json.new";
    std::error_code error;
    fs::remove(made, error);
    const int file = ::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return std::unexpected(SystemError("write", made));
    const bool whole = ::write(file, text.data(), text.size()) == std::ssize(text);
    ::close(file);
    if (!whole) return std::unexpected(SystemError("write", made));
    fs::rename(made, path_ / kControl, error);
    if (!error) return {};
    return Err(ErrorCode::kInternal, "cannot write {}: {}", (path_ / kControl).string(),
               error.message());
}

Result<std::optional<Control>> ReadControl(const fs::path& folder) {
    if (!IsHeld(folder / "lock")) return std::nullopt;
    const std::string text = ReadAll(folder / kControl);
    if (text.empty()) return std::nullopt;  // it has only just begun
    const auto read = ParseJson(text);
    if (!read || !read->is_object()) {
        return Err(ErrorCode::kCorrupt, "{} is not what argosy up writes; start it anew",
                   (folder / kControl).string());
    }
    const json::object& object = read->as_object();
    Control control{0, TextOf(object, "url"), TextOf(object, "key"), TextOf(object, "application")};
    if (const json::value* pid = object.if_contains("pid"); pid != nullptr && pid->is_int64()) {
        control.pid = static_cast<int>(pid->as_int64());
    }
    return control;
}

}  // namespace argosy::local
