#include "retrieval/load/download_file.h"

#include <optional>
#include <utility>

#include "base/text.h"

namespace argosy::retrieval {

namespace {

constexpr size_t kMaxErrorBody = 64 << 10;

// Written by the client's thread, read when it has told the end.
struct Body {
    TemporaryFile file;
    uint64_t max_bytes;
    uint64_t bytes = 0;
    bool ok = false;
    std::string error_body{};
    std::optional<Error> failure{};

    bool Take(std::string_view data) {
        if (!ok) {  // of an error's answer, enough to explain it
            error_body +=
                data.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, error_body.size()));
            return error_body.size() < kMaxErrorBody;
        }
        bytes += data.size();
        if (bytes > max_bytes) {
            failure = Error{ErrorCode::kResourceExhausted,
                            "larger than the limit of " + FormatBytes(max_bytes),
                            {}};
        } else if (!file.Append(data)) {
            failure = Error{ErrorCode::kResourceExhausted, "no room for it on the disk", {}};
        }
        return !failure;
    }
};

}  // namespace

Result<Downloaded> DownloadToFile(HttpClient& client, HttpRequest request, uint64_t max_bytes) {
    ARGOSY_TRY(TemporaryFile file, TemporaryFile::Make());
    Body body{.file = std::move(file), .max_bytes = max_bytes};
    auto got = client.FetchStream(
        std::move(request),
        [&](const HttpResponse& head) {
            body.ok = head.ok();
            return true;
        },
        [&](std::string_view data) { return body.Take(data); });
    if (body.failure) return std::unexpected(std::move(*body.failure));
    if (!got) return std::unexpected(std::move(got.error()));
    got->body = std::move(body.error_body);
    return Downloaded{std::move(*got), std::move(body.file), body.bytes};
}

}  // namespace argosy::retrieval
