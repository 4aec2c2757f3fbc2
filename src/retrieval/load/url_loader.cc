#include "retrieval/load/url_loader.h"

#include <utility>

#include "model/fetch/download.h"
#include "net/url.h"
#include "retrieval/load/download_file.h"
#include "retrieval/load/file_loader.h"

namespace argosy::retrieval {

namespace {

constexpr int kAttempts = 3;

bool MayPass(const Result<Downloaded>& got) {
    if (got) return IsRetryableStatus(got->head.status);
    return got.error().code == ErrorCode::kUnavailable ||
           got.error().code == ErrorCode::kDeadlineExceeded;
}

Result<Downloaded> Get(HttpClient& client, const std::string& url, const LoadOptions& options) {
    FetchOptions pauses;
    pauses.environment = options.environment;
    for (int failures = 0;; ++failures) {
        HttpRequest request{.url = url};
        request.headers.Add("Accept", "text/html, text/markdown, text/csv, application/pdf, */*");
        auto got = DownloadToFile(client, std::move(request), options.max_file_bytes);
        if (failures + 1 >= kAttempts || !MayPass(got)) return got;
        ARGOSY_CHECK_OK(WaitBeforeRetry(failures + 1, got ? got->head.headers : Headers(), pauses));
    }
}

std::optional<ContentKind> KindOf(const HttpResponse& head, const LoadOptions& options) {
    if (options.kind) return options.kind;
    const std::string_view type = head.headers.Get("Content-Type");
    if (const auto kind = KindOfContentType(type)) return kind;
    // Servers of raw files call everything text/plain: the name then says more.
    const auto url = ParseUrl(head.url);
    const auto named = url ? KindOfName(url->path) : std::nullopt;
    if (named) return named;
    if (type.starts_with("text/plain")) return ContentKind::kText;
    return std::nullopt;
}

}  // namespace

void LoadUrl(const std::string& url, LoadSession& session) {
    const LoadOptions& options = session.options();
    ClientOptions client_options;
    if (!options.allow_private_addresses) client_options.guard = PublicAddressesOnly();
    HttpClient client(client_options);
    const auto got = Get(client, url, options);
    if (!got) return session.Problem(url, 0, got.error().message);
    if (!got->head.ok()) {
        return session.Problem(url, 0,
                               fmt::format("the server answers with status {}", got->head.status));
    }
    const auto kind = KindOf(got->head, options);
    if (!kind) {
        return session.Problem(
            url, 0,
            fmt::format("the server calls it '{}', which is not read, and its name does not tell "
                        "either; say which kind it is",
                        got->head.headers.Get("Content-Type")));
    }
    LoadFile(got->file.path(), url, *kind, session);
}

}  // namespace argosy::retrieval
