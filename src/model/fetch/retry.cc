// Back-off between attempts; see download.h.
#include <algorithm>
#include <charconv>
#include <random>
#include <thread>

#include "model/fetch/download.h"
#include "telemetry/log.h"

namespace argosy {

namespace {

constexpr std::chrono::seconds kLongestRetryAfter{300};

std::chrono::milliseconds RetryAfter(const Headers& headers) {
    const std::string_view text = headers.Get("Retry-After");
    int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || seconds < 0) {
        return std::chrono::milliseconds(0);
    }
    return std::min<std::chrono::milliseconds>(
        std::chrono::seconds(std::min<int64_t>(seconds, kLongestRetryAfter.count())),
        kLongestRetryAfter);
}

/// Uniform in [half, whole], so that many clients do not come back together.
std::chrono::milliseconds Jittered(std::chrono::milliseconds whole) {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::chrono::milliseconds(
        std::uniform_int_distribution<int64_t>(whole.count() / 2, whole.count())(random));
}

}  // namespace

bool IsRetryableStatus(int status) {
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
           status == 504;
}

Result<void> WaitBeforeRetry(int failures, const Headers& headers, const FetchOptions& options) {
    auto wait = options.first_backoff * (int64_t{1} << std::clamp(failures - 1, 0, 20));
    wait = Jittered(std::min(wait, options.max_backoff));
    wait = std::max(wait, RetryAfter(headers));
    const auto cancelled = [&] { return options.cancelled && options.cancelled(); };
    if (options.sleep) {
        options.sleep(wait);
    } else {
        const auto end = std::chrono::steady_clock::now() + wait;
        while (!cancelled() && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    if (cancelled()) return Err(ErrorCode::kCancelled, "the fetch was cancelled");
    return {};
}

Result<HttpResponse> FetchWithRetry(HttpClient& client,
                                    const std::function<Result<HttpRequest>()>& request,
                                    const FetchOptions& options) {
    for (int failures = 1;; ++failures) {
        ARGOSY_TRY(HttpRequest made, request());
        auto response = client.Fetch(std::move(made));
        const bool retry = response ? IsRetryableStatus(response->status)
                                    : response.error().code == ErrorCode::kUnavailable ||
                                          response.error().code == ErrorCode::kDeadlineExceeded;
        if (!retry || failures >= options.max_attempts) return response;
        log::Debug("a request failed, trying again", {{"attempt", failures}});
        ARGOSY_CHECK_OK(
            WaitBeforeRetry(failures, response ? response->headers : Headers{}, options));
    }
}

}  // namespace argosy
