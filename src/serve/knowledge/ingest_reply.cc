#include "serve/knowledge/ingest_reply.h"

#include <utility>

#include "net/sse.h"
#include "serve/respond.h"

namespace argosy::serve {

namespace {

// Of the events of one ingest; a bar cannot show more.
constexpr std::chrono::milliseconds kBetween{100};

}  // namespace

IngestReply::IngestReply(std::shared_ptr<Exchange> exchange, bool stream)
    : exchange_(std::move(exchange)), stream_(stream) {}

void IngestReply::Write(std::string_view event, const json::object& data) {
    if (!writer_) writer_ = StartSse(*exchange_);
    writer_->Write(FormatSse(json::serialize(data), event));
}

void IngestReply::Progress(const retrieval::IngestProgress& progress) {
    if (!stream_) return;
    const auto now = std::chrono::steady_clock::now();
    if (writer_ && now - last_ < kBetween) return;
    last_ = now;
    Write("progress", progress.ToJson());
}

void IngestReply::Finish(const Result<retrieval::IngestReport>& report) {
    if (!report && !writer_) return RespondError(*exchange_, ToApiError(report.error()));
    if (!stream_) return RespondJson(*exchange_, 200, report->ToJson());
    if (report) {
        Write("done", report->ToJson());
    } else {
        Write("error", ToJsonObject(ToApiError(report.error())));
    }
    writer_->Close();
}

}  // namespace argosy::serve
