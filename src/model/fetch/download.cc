#include "model/fetch/download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/text.h"
#include "model/fetch/file_lock.h"
#include "model/fetch/sha.h"
#include "telemetry/log.h"

namespace argosy {

namespace fs = std::filesystem;

namespace {

uint64_t SizeOf(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : size;
}

/// The partly downloaded file, and its validator beside it.
class Partial {
  public:
    explicit Partial(const fs::path& target)
        : path_(target.string() + ".incomplete"), tag_path_(target.string() + ".incomplete.etag") {}
    ~Partial() {
        if (fd_ >= 0) ::close(fd_);
    }
    Partial(const Partial&) = delete;
    Partial& operator=(const Partial&) = delete;

    Result<void> Open() {
        fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd_ < 0) return Failed("cannot write");
        size_ = SizeOf(path_);
        return {};
    }
    Result<void> Truncate() {
        if (::ftruncate(fd_, 0) != 0) return Failed("cannot empty");
        size_ = 0;
        std::error_code ignored;
        fs::remove(tag_path_, ignored);
        return {};
    }
    Result<void> Append(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t wrote =
                ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) return Failed("cannot write");
            size_ += static_cast<uint64_t>(wrote);
            bytes.remove_prefix(static_cast<size_t>(wrote));
        }
        return {};
    }
    Result<std::string> Hash(Sha::Kind kind, std::string_view prefix) {
        Sha sha(kind);
        sha.Add(prefix);
        std::string buffer(1 << 20, '\0');
        for (uint64_t at = 0; at < size_;) {
            const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(at));
            if (got <= 0) return Failed("cannot read back");
            sha.Add({buffer.data(), static_cast<size_t>(got)});
            at += static_cast<uint64_t>(got);
        }
        return sha.Hex();
    }
    /// Gives the file its final name, with its bytes on the disk.
    Result<void> Finish(const fs::path& target) {
        if (::fsync(fd_) != 0) return Failed("cannot sync");
        std::error_code error;
        fs::rename(path_, target, error);
        if (error) return Failed("cannot rename");
        fs::remove(tag_path_, error);
        return {};
    }
    void Discard() {
        std::error_code ignored;
        fs::remove(path_, ignored);
        fs::remove(tag_path_, ignored);
    }
    std::string Tag() const {
        std::string tag;
        std::ifstream(tag_path_) >> tag;
        return tag;
    }
    void SetTag(std::string_view tag) const { std::ofstream(tag_path_) << tag; }
    uint64_t size() const { return size_; }

  private:
    std::unexpected<Error> Failed(const char* what) const {
        const ErrorCode code = errno == ENOSPC   ? ErrorCode::kResourceExhausted
                               : errno == EACCES ? ErrorCode::kPermissionDenied
                                                 : ErrorCode::kInternal;
        return Err(code, "{} {}: {}", what, path_.string(), std::strerror(errno));
    }

    fs::path path_;
    fs::path tag_path_;
    int fd_ = -1;
    uint64_t size_ = 0;
};

/// One file on its way, over as many attempts as it takes.
class Job {
  public:
    Job(HttpClient& client, const Download& download, const FetchOptions& options,
        ProgressMeter& meter)
        : client_(client),
          download_(download),
          options_(options),
          meter_(meter),
          partial_(download.target) {}

    Result<void> Run() {
        ARGOSY_CHECK_OK(partial_.Open());
        meter_.Move(download_.name, static_cast<int64_t>(partial_.size()), false);
        int failures = 0;
        while (!Complete()) {
            const uint64_t before = partial_.size();
            answered_ = {};
            Result<void> result = Attempt();
            if (result) break;
            if (partial_.size() > before) failures = 0;
            if (!retry_ || ++failures >= options_.max_attempts) return result;
            log::Warn("download interrupted, trying again",
                      {{"file", download_.name}, {"error", result.error().message}});
            ARGOSY_CHECK_OK(WaitBeforeRetry(failures, answered_.headers, options_));
        }
        ARGOSY_CHECK_OK(Verify());
        return partial_.Finish(download_.target);
    }

  private:
    bool Complete() const { return download_.size > 0 && partial_.size() == download_.size; }
    /// Whether the end result is proven by a hash, so that no server's validator is needed.
    bool Hashed() const { return !download_.sha256.empty() || !download_.git_oid.empty(); }

    Result<void> Restart() {
        meter_.Move(download_.name, -static_cast<int64_t>(partial_.size()), false);
        return partial_.Truncate();
    }

    /// Where to go on from: adds Range and If-Range, or starts anew.
    Result<void> AskForTheRest(HttpRequest& request) {
        if (partial_.size() == 0) return {};
        const std::string tag = partial_.Tag();
        const bool strong = !tag.empty() && !tag.starts_with("W/");
        const bool too_long = download_.size > 0 && partial_.size() > download_.size;
        if (too_long || (!strong && !Hashed())) return Restart();
        request.headers.Set("Range", fmt::format("bytes={}-", partial_.size()));
        if (strong && !Hashed()) request.headers.Set("If-Range", tag);
        return {};
    }

    Result<void> Attempt() {
        retry_ = false;
        ARGOSY_TRY(HttpRequest request, download_.request());
        ARGOSY_CHECK_OK(AskForTheRest(request));
        request.idle_timeout = options_.idle_timeout;
        stopped_.reset();
        refusal_.clear();
        auto response = client_.FetchStream(
            std::move(request), [this](const HttpResponse& head) { return OnHead(head); },
            [this](std::string_view bytes) { return OnData(bytes); });
        if (stopped_) return std::unexpected(*stopped_);
        if (!response) {
            retry_ = response.error().code == ErrorCode::kUnavailable ||
                     response.error().code == ErrorCode::kDeadlineExceeded;
            return At(download_.name, std::move(response.error()));
        }
        if (response->status == 416 && partial_.size() > 0) {
            retry_ = true;  // the file on the server is another, or shorter
            ARGOSY_CHECK_OK(Restart());
            return Err(ErrorCode::kUnavailable, "{} has changed on the server", download_.name);
        }
        if (!response->ok()) {
            response->body = refusal_;
            retry_ = IsRetryableStatus(response->status);
            if (download_.explain) return std::unexpected(download_.explain(*response));
            return Err(response->status == 404 ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                       "{}: the server answered {}", download_.name, response->status);
        }
        return {};
    }

    bool OnHead(const HttpResponse& head) {
        answered_ = head;
        if (!head.ok()) return true;
        const auto stop = [this](Error error, bool retry) {
            stopped_ = std::move(error);
            retry_ = retry;
            return false;
        };
        if (head.status == 206) {
            const std::string expected = fmt::format("bytes {}-", partial_.size());
            if (!head.headers.Get("Content-Range").starts_with(expected)) {
                return stop({ErrorCode::kUnavailable,
                             "the server sent another range than was asked for", download_.name},
                            Restart().has_value());
            }
        } else if (partial_.size() > 0) {
            if (auto ok = Restart(); !ok) return stop(ok.error(), false);
        }
        const std::string length(head.headers.Get("Content-Length"));
        const uint64_t rest = std::strtoull(length.c_str(), nullptr, 10);
        if (download_.size == 0 && rest > 0) {
            if (auto ok = CheckDiskSpace(download_.target.parent_path(), rest); !ok) {
                return stop(ok.error(), false);
            }
            if (!total_known_) meter_.AddTotal(partial_.size() + rest);
            total_known_ = true;
        }
        if (const std::string* tag = head.headers.Find("ETag")) partial_.SetTag(*tag);
        return true;
    }

    bool OnData(std::string_view bytes) {
        if (options_.cancelled && options_.cancelled()) {
            stopped_ = Error{ErrorCode::kCancelled, "the fetch was cancelled", {}};
            return false;
        }
        if (!answered_.ok()) {
            refusal_.append(bytes.substr(0, 4096 - std::min<size_t>(refusal_.size(), 4096)));
            return true;
        }
        if (download_.size > 0 && partial_.size() + bytes.size() > download_.size) {
            partial_.Discard();
            stopped_ = Error{ErrorCode::kCorrupt,
                             fmt::format("the server sends more than the {} bytes that were "
                                         "announced; nothing was kept",
                                         download_.size),
                             download_.name};
            return false;
        }
        if (auto ok = partial_.Append(bytes); !ok) {
            stopped_ = std::move(ok.error());
            return false;
        }
        meter_.Move(download_.name, static_cast<int64_t>(bytes.size()), true);
        return true;
    }

    Result<void> Verify() {
        if (download_.size > 0 && partial_.size() != download_.size) {
            return Refuse("size", std::to_string(download_.size), std::to_string(partial_.size()));
        }
        if (!download_.sha256.empty()) {
            ARGOSY_TRY(const std::string got, partial_.Hash(Sha::Kind::kSha256, ""));
            if (got != download_.sha256) return Refuse("SHA-256", download_.sha256, got);
        } else if (!download_.git_oid.empty()) {
            const std::string header =
                fmt::format("blob {}", partial_.size()) + std::string(1, '\0');
            ARGOSY_TRY(const std::string got, partial_.Hash(Sha::Kind::kSha1, header));
            if (got != download_.git_oid) return Refuse("git object id", download_.git_oid, got);
        }
        return {};
    }

    Result<void> Refuse(const char* what, const std::string& expected, const std::string& got) {
        partial_.Discard();
        return At(download_.name,
                  Error{ErrorCode::kCorrupt,
                        fmt::format("the {} is {}, expected {}; the file was not kept", what, got,
                                    expected),
                        {}});
    }

    HttpClient& client_;
    const Download& download_;
    const FetchOptions& options_;
    ProgressMeter& meter_;
    Partial partial_;
    bool retry_ = false;
    bool total_known_ = false;
    HttpResponse answered_;
    std::string refusal_;           // the start of an error's body
    std::optional<Error> stopped_;  // why the callbacks ended the call
};

}  // namespace

Result<void> DownloadFile(HttpClient& client, const Download& download, const FetchOptions& options,
                          ProgressMeter& meter) {
    std::error_code error;
    fs::create_directories(download.target.parent_path(), error);
    if (error) {
        return Err(ErrorCode::kPermissionDenied, "cannot make the folder {}: {}",
                   download.target.parent_path().string(), error.message());
    }
    std::optional<FileLock> lock;
    if (!download.lock.empty()) {
        auto held = FileLock::Acquire(download.lock, options.cancelled);
        if (!held) return std::unexpected(std::move(held.error()));
        lock.emplace(std::move(*held));
    }
    // Another process may have brought it while this one waited.
    if (fs::exists(download.target, error)) {
        meter.Move(download.name, static_cast<int64_t>(SizeOf(download.target)), false);
    } else {
        ARGOSY_CHECK_OK(Job(client, download, options, meter).Run());
    }
    meter.FileDone(download.name);
    return {};
}

Result<void> CheckDiskSpace(const fs::path& folder, uint64_t bytes) {
    struct statvfs info{};
    fs::path existing = folder;
    while (::statvfs(existing.c_str(), &info) != 0) {
        if (!existing.has_parent_path() || existing == existing.parent_path()) return {};
        existing = existing.parent_path();
    }
    const uint64_t free = uint64_t{info.f_bavail} * info.f_frsize;
    if (bytes <= free) return {};
    return Err(ErrorCode::kResourceExhausted,
               "not enough disk space: the download needs {} ({} bytes) more, {} has {} ({} bytes) "
               "free; make room, or choose another disk by HF_HUB_CACHE or ARGOSY_CACHE_DIR",
               FormatBytes(bytes), bytes, existing.string(), FormatBytes(free), free);
}

}  // namespace argosy
