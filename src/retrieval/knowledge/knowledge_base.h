// A knowledge base as a thing that runs: documents of its sources and uploads, split, embedded and
// kept in a store, brought up to date by what has changed only, and searched.
//
//     ARGOSY_TRY(auto base, KnowledgeBase::Open(options, {.store = store, .embedder = embedder}));
//     ARGOSY_TRY(const IngestReport report, base->Ingest(progress, stop));
//     ARGOSY_TRY(const FoundPassages found, base->Search("a blue jacket under $80"));
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "retrieval/knowledge/document_page.h"
#include "retrieval/knowledge/ingest_report.h"
#include "retrieval/knowledge/knowledge_options.h"
#include "retrieval/knowledge/knowledge_status.h"
#include "retrieval/search/knowledge_search.h"

namespace argosy::retrieval {

/// Thread-safe. Everything blocks; call it from a thread that may wait. Searches go on while one
/// ingest, deletion or restore at a time writes; the others wait for it.
class KnowledgeBase {
  public:
    /// Makes the collection where there is none, and finishes what a crash left half done. Errors:
    /// the store's; kInvalidArgument for a wrong name or splitter.
    static Result<std::unique_ptr<KnowledgeBase>> Open(KnowledgeBaseOptions options,
                                                       KnowledgeParts parts);
    ~KnowledgeBase();
    KnowledgeBase(const KnowledgeBase&) = delete;
    KnowledgeBase& operator=(const KnowledgeBase&) = delete;

    const std::string& name() const;
    const KnowledgeBaseOptions& options() const;

    /// Reads all declared sources and stores what is new or changed; documents that are gone from a
    /// source that was read whole and without a problem are deleted. What cannot be read stands in
    /// the report. Errors: the store's and the embedder's; what was stored until then stays.
    Result<IngestReport> Ingest(const ProgressCallback& progress = {}, std::stop_token stop = {});
    /// One source, declared or not; one that is not is remembered as added by a caller.
    Result<IngestReport> IngestSource(const SourceOptions& source,
                                      const ProgressCallback& progress = {},
                                      std::stop_token stop = {});
    /// A file's bytes; a later upload of the same name replaces what this one brought. Of the name
    /// only what stands behind the last slash counts. kInvalidArgument where it tells no kind.
    Result<IngestReport> IngestFile(const std::string& filename, std::string_view bytes,
                                    const ProgressCallback& progress = {},
                                    std::stop_token stop = {});

    /// At most `limit` passages (0: the options' limit) that pass the filter.
    Result<FoundPassages> Search(const std::string& question, size_t limit = 0,
                                 const Filter& filter = {}) const;
    /// `after`: an earlier page's `next`; empty: from the beginning.
    Result<DocumentPage> Documents(size_t limit, const std::string& after = {}) const;
    /// Whether it was there. A document of a source comes back when that is read again.
    Result<bool> DeleteDocument(const std::string& id);

    /// Writes all of it into one file.
    Result<void> Snapshot(const std::filesystem::path& to) const;
    /// Replaces all of it by what a snapshot holds; on an error it is as it was.
    Result<void> Restore(const std::filesystem::path& from);

    /// Deletes all of it; whatever is called later gives kNotFound.
    Result<void> Drop();

    KnowledgeStatus Status() const;

  private:
    class Impl;
    explicit KnowledgeBase(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy::retrieval
