// The answer to what takes in documents: events "progress" while it runs, then "done" or "error".
#pragma once

#include <chrono>
#include <memory>

#include "net/exchange.h"
#include "retrieval/knowledge/ingest_report.h"

namespace argosy::serve {

/// One thread at a time.
class IngestReply {
  public:
    /// Without `stream` the report comes as one JSON object at the end.
    IngestReply(std::shared_ptr<Exchange> exchange, bool stream);

    /// The first one begins the stream; until then an error has a status of its own.
    void Progress(const retrieval::IngestProgress& progress);
    void Finish(const Result<retrieval::IngestReport>& report);

  private:
    void Write(std::string_view event, const json::object& data);

    const std::shared_ptr<Exchange> exchange_;
    const bool stream_;
    std::shared_ptr<StreamWriter> writer_;
    std::chrono::steady_clock::time_point last_{};
};

}  // namespace argosy::serve
