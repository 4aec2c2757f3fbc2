// Several downloads at a time, and their common progress; see download.h.
#include <algorithm>
#include <optional>
#include <thread>

#include "model/fetch/download.h"

namespace argosy {

ProgressMeter::ProgressMeter(const FetchOptions& options, uint64_t total_bytes, size_t total_files)
    : options_(options) {
    now_.total_bytes = total_bytes;
    now_.total_files = total_files;
}

void ProgressMeter::Move(const std::string& file, int64_t bytes, bool downloaded) {
    const std::lock_guard lock(mutex_);
    now_.done_bytes += static_cast<uint64_t>(bytes);
    if (downloaded) downloaded_ += static_cast<uint64_t>(bytes);
    Report(file, false);
}

void ProgressMeter::AddTotal(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    now_.total_bytes += bytes;
}

void ProgressMeter::FileDone(const std::string& file) {
    const std::lock_guard lock(mutex_);
    ++now_.done_files;
    Report(file, true);
}

uint64_t ProgressMeter::downloaded_bytes() const {
    const std::lock_guard lock(mutex_);
    return downloaded_;
}

void ProgressMeter::Report(const std::string& file, bool always) {
    if (!options_.on_progress) return;
    const auto time = Clock::now();
    if (!always && time - reported_ < std::chrono::milliseconds(100)) return;
    reported_ = time;
    const double seconds = std::chrono::duration<double>(time - start_).count();
    now_.bytes_per_second = seconds > 0 ? static_cast<double>(downloaded_) / seconds : 0;
    now_.file = file;
    options_.on_progress(now_);
}

Result<uint64_t> DownloadAll(HttpClient& client, const std::vector<Download>& downloads,
                             const FetchOptions& options) {
    uint64_t total = 0;
    uint64_t missing = 0;
    for (const Download& download : downloads) {
        total += download.size;
        std::error_code error;
        if (std::filesystem::exists(download.target, error)) continue;
        const auto have =
            std::filesystem::file_size(download.target.string() + ".incomplete", error);
        missing += download.size - (error ? 0 : std::min<uint64_t>(have, download.size));
    }
    if (!downloads.empty()) {
        ARGOSY_CHECK_OK(CheckDiskSpace(downloads.front().target.parent_path(), missing));
    }
    ProgressMeter meter(options, total, downloads.size());
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::optional<Error> first_error;
    FetchOptions shared = options;
    shared.cancelled = [&] { return failed.load() || (options.cancelled && options.cancelled()); };
    const auto work = [&] {
        for (size_t i = next++; i < downloads.size() && !shared.cancelled(); i = next++) {
            auto done = DownloadFile(client, downloads[i], shared, meter);
            if (done) continue;
            const std::lock_guard lock(mutex);
            if (!first_error) first_error = std::move(done.error());
            failed = true;
        }
    };
    {
        std::vector<std::jthread> workers;
        const size_t count =
            std::clamp<size_t>(options.parallel, 1, std::max<size_t>(1, downloads.size()));
        for (size_t i = 1; i < count; ++i) workers.emplace_back(work);
        work();
    }
    if (first_error) return std::unexpected(std::move(*first_error));
    if (options.cancelled && options.cancelled()) {
        return Err(ErrorCode::kCancelled, "the fetch was cancelled");
    }
    return meter.downloaded_bytes();
}

}  // namespace argosy
