// A knowledge base under another embedding model: the vectors of all stored documents made anew
// from their chunks, so that also what was uploaded once comes along.
#pragma once

#include <stop_token>

#include "retrieval/knowledge/ingest_context.h"
#include "retrieval/knowledge/ingest_report.h"

namespace argosy::retrieval {

/// Vectors of another length are made in a collection of their own (collection_swap.h), which is
/// left ready to be promoted: true. Else documents are replaced one by one: false. What a stop
/// leaves half done is gone on with the next time (in place) or begun again.
Result<bool> Reembed(IngestContext& context, const ProgressCallback& progress,
                     const std::stop_token& stop, IngestReport& report);

}  // namespace argosy::retrieval
