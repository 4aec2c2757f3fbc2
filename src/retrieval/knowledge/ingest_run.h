// One source brought up to date in a knowledge base: load, compare, split, embed, store, and delete
// what is gone.
#pragma once

#include <functional>
#include <stop_token>

#include "retrieval/knowledge/ingest_context.h"
#include "retrieval/knowledge/ingest_report.h"

namespace argosy::retrieval {

struct IngestSourceRun {
    SourceKey source;
    LoadOptions load = {};
    json::object metadata{};
    /// Reads the source: LoadDocuments, or an upload's file.
    std::function<LoadReport(const LoadOptions& options, const DocumentSink& sink)> read;
};

/// Errors: the embedder's and the store's. Documents are stored first and deleted last, so that a
/// process that is killed has at every moment a collection that was true of some documents, and the
/// next run finds what is missing by the marks.
Result<IngestReport> RunIngest(IngestContext& context, const IngestSourceRun& run,
                               const ProgressCallback& progress, const std::stop_token& stop);

/// Deletes documents from store and ledger.
Result<size_t> DeleteDocuments(IngestContext& context, const std::vector<std::string>& ids);

}  // namespace argosy::retrieval
