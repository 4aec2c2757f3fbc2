// Downloads files: resumable, checked while they are written, retried with back-off, several at a
// time.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "model/fetch/fetch_model.h"
#include "net/http_client.h"

namespace argosy {

struct Download {
    std::string name;              // for messages and progress
    std::filesystem::path target;  // written as target + ".incomplete", renamed when checked
    std::filesystem::path lock;    // held meanwhile; empty: none
    /// Makes the request without Range; asked again for each attempt (signatures expire).
    std::function<Result<HttpRequest>()> request;
    std::string sha256{};   // expected, hex; may be empty
    std::string git_oid{};  // expected git blob id, hex; may be empty; needs `size`
    uint64_t size = 0;      // expected; 0: not known
    /// Turns an answer that is no success into an error that tells what to do; may be empty.
    std::function<Error(const HttpResponse&)> explain{};
};

/// Progress of a set of downloads. Thread-safe.
class ProgressMeter {
  public:
    ProgressMeter(const FetchOptions& options, uint64_t total_bytes, size_t total_files);
    void Move(const std::string& file, int64_t bytes, bool downloaded);
    void AddTotal(uint64_t bytes);
    void FileDone(const std::string& file);
    uint64_t downloaded_bytes() const;

  private:
    void Report(const std::string& file, bool always);

    using Clock = std::chrono::steady_clock;
    const FetchOptions& options_;
    const Clock::time_point start_ = Clock::now();
    mutable std::mutex mutex_;
    // GUARDED_BY(mutex_):
    FetchProgress now_;
    uint64_t downloaded_ = 0;
    Clock::time_point reported_{};
};

/// Downloads one file; returns at once where the target is there already. Errors: those of
/// `explain`; kCorrupt where size or hash differ (nothing is kept); kUnavailable after the last
/// attempt (what came is kept, and resumed next time); kResourceExhausted (disk); kCancelled.
Result<void> DownloadFile(HttpClient& client, const Download& download, const FetchOptions& options,
                          ProgressMeter& meter);

/// Checks the disk, then downloads all, `options.parallel` at a time. The first error stops the
/// rest. Gives the bytes that came over the network.
Result<uint64_t> DownloadAll(HttpClient& client, const std::vector<Download>& downloads,
                             const FetchOptions& options);

/// kResourceExhausted with the numbers where a folder's disk has less free than that.
Result<void> CheckDiskSpace(const std::filesystem::path& folder, uint64_t bytes);

/// One small GET with the same retries; any status is an answer.
Result<HttpResponse> FetchWithRetry(HttpClient& client,
                                    const std::function<Result<HttpRequest>()>& request,
                                    const FetchOptions& options);

/// Waits before attempt `failures` + 1: back-off with jitter, or what Retry-After asks (bounded).
/// kCancelled where the caller no longer wants it.
Result<void> WaitBeforeRetry(int failures, const Headers& headers, const FetchOptions& options);
bool IsRetryableStatus(int status);

}  // namespace argosy
