#include "retrieval/knowledge/knowledge_base.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "retrieval/knowledge/collection_swap.h"
#include "retrieval/knowledge/ingest_run.h"
#include "retrieval/knowledge/reembed.h"
#include "retrieval/knowledge/source_notes.h"
#include "retrieval/knowledge/upload.h"
#include "retrieval/load/load.h"

namespace argosy::retrieval {

namespace {

// What decides on chunks beside the document itself.
std::string RecipeOf(const KnowledgeBaseOptions& options) {
    const SplitterOptions& splitter = options.splitter;
    std::string recipe = fmt::format("splitter {}", static_cast<int>(splitter.kind));
    if (splitter.kind != SplitterKind::kRow) {
        recipe += fmt::format(" {} {}", splitter.size, splitter.overlap);
    }
    if (options.pii != PiiPolicy::kKeep) {
        recipe += fmt::format(" pii {}", static_cast<int>(options.pii));
    }
    return recipe;
}

IngestSourceRun RunOf(const SourceOptions& source, SourceKind kind) {
    IngestSourceRun run{
        .source = {kind, source.uri}, .load = source.load, .metadata = source.metadata, .read = {}};
    run.read = [uri = source.uri](const LoadOptions& options, const DocumentSink& sink) {
        return LoadDocuments(uri, options, sink);
    };
    return run;
}

}  // namespace

class KnowledgeBase::Impl {
  public:
    Impl(KnowledgeBaseOptions options, KnowledgeParts parts) {
        context_.options = std::move(options);
        context_.parts = std::move(parts);
    }

    Result<void> Open();
    const KnowledgeBaseOptions& options() const { return context_.options; }

    SourceKind KindOf(const std::string& uri) const;
    Result<IngestReport> Ingest(std::vector<IngestSourceRun> runs, bool prune,
                                const ProgressCallback& progress, const std::stop_token& stop);
    Result<FoundPassages> Search(const std::string& question, size_t limit,
                                 const Filter& filter) const;
    Result<DocumentPage> Documents(size_t limit, const std::string& after) const;
    Result<bool> DeleteDocument(const std::string& id);
    Result<void> Snapshot(const std::filesystem::path& to) const;
    Result<void> Restore(const std::filesystem::path& from);
    Result<void> Drop();
    KnowledgeStatus Status() const;

  private:
    using Turn = std::unique_lock<std::timed_mutex>;
    Result<Turn> TakeTurn(const std::stop_token& stop) const;
    Result<void> ReadCollection();
    bool IsStale() const;
    Result<void> BringUpToDate(const ProgressCallback& progress, const std::stop_token& stop,
                               IngestReport& report);
    Result<void> IngestAll(const std::vector<IngestSourceRun>& runs, bool prune,
                           const ProgressCallback& progress, const std::stop_token& stop,
                           IngestReport& report);
    Result<void> Prune(IngestReport& report);
    Result<void> Promote();
    Result<void> Renew();

    IngestContext context_;
    mutable std::timed_mutex write_;  // who writes; taken first
    mutable std::shared_mutex swap_;  // shared by who reads the collection while it may be replaced
    SourceNotes notes_;
    mutable std::mutex mutex_;
    size_t dimensions_ = 0;                          // GUARDED_BY(mutex_): of the collection
    std::shared_ptr<const KnowledgeSearch> search_;  // GUARDED_BY(mutex_)
};

Result<void> KnowledgeBase::Impl::Open() {
    const KnowledgeBaseOptions& options = context_.options;
    if (options.name.ends_with(NextName(""))) {
        return Err(ErrorCode::kInvalidArgument,
                   "\"{}\": a knowledge base's name may not end with {}", options.name,
                   NextName(""));
    }
    if (options.batch_chunks == 0) {
        return Err(ErrorCode::kInvalidArgument, "batches of 0 chunks: at least 1");
    }
    ARGOSY_TRY(context_.splitter, MakeSplitter(options.splitter.kind,
                                               {.chunk_size = options.splitter.size,
                                                .chunk_overlap = options.splitter.overlap},
                                               context_.parts.tokenizer));
    context_.embedding = EmbeddingKey(options.embedding_model + "\n" + options.embedding_version,
                                      context_.dimensions());
    context_.recipe = RecipeOf(options);
    Store& store = *context_.parts.store;
    ARGOSY_TRY(const bool there, RecoverCollection(store, options.name));
    if (!there) {
        ARGOSY_CHECK_OK(
            store.CreateCollection({.name = options.name, .dimensions = context_.dimensions()}));
    }
    ARGOSY_CHECK_OK(ReadCollection());
    return Renew();
}

// What is known of the collection besides its chunks.
Result<void> KnowledgeBase::Impl::ReadCollection() {
    Store& store = *context_.parts.store;
    ARGOSY_TRY(const CollectionConfig config, ConfigOf(store, context_.collection()));
    ARGOSY_TRY(const auto hashes, store.DocumentHashes(context_.collection()));
    context_.ledger.Reset(hashes);
    const std::scoped_lock lock(mutex_);
    dimensions_ = config.dimensions;
    return {};
}

bool KnowledgeBase::Impl::IsStale() const {
    {
        const std::scoped_lock lock(mutex_);
        if (dimensions_ != context_.dimensions()) return true;
    }
    return context_.ledger.CountStale(context_.embedding) > 0;
}

// A search over what the collection is now; by words alone while vectors are another model's.
Result<void> KnowledgeBase::Impl::Renew() {
    const KnowledgeParts& parts = context_.parts;
    auto search = std::make_shared<KnowledgeSearch>(
        context_.options.search, parts.store, context_.collection(),
        IsStale() ? nullptr : parts.embedder, parts.reranker);
    ARGOSY_CHECK_OK(search->Refresh());
    const std::scoped_lock lock(mutex_);
    search_ = std::move(search);
    return {};
}

Result<KnowledgeBase::Impl::Turn> KnowledgeBase::Impl::TakeTurn(const std::stop_token& stop) const {
    Turn turn(write_, std::defer_lock);
    while (!turn.try_lock_for(std::chrono::milliseconds(100))) {
        if (stop.stop_requested()) {
            return Err(ErrorCode::kCancelled, "stopped while another ingest was running");
        }
    }
    return turn;
}

SourceKind KnowledgeBase::Impl::KindOf(const std::string& uri) const {
    const bool declared = std::ranges::find(context_.options.sources, uri, &SourceOptions::uri) !=
                          context_.options.sources.end();
    return declared ? SourceKind::kDeclared : SourceKind::kAdded;
}

Result<void> KnowledgeBase::Impl::Promote() {
    const std::unique_lock lock(swap_);
    ARGOSY_CHECK_OK(PromoteNext(*context_.parts.store, context_.collection()));
    ARGOSY_CHECK_OK(ReadCollection());
    return Renew();
}

Result<void> KnowledgeBase::Impl::BringUpToDate(const ProgressCallback& progress,
                                                const std::stop_token& stop, IngestReport& report) {
    if (!IsStale()) return {};
    ARGOSY_CHECK_OK(Renew());
    ARGOSY_TRY(const bool apart, Reembed(context_, progress, stop, report));
    return apart ? Promote() : Result<void>();
}

Result<void> KnowledgeBase::Impl::IngestAll(const std::vector<IngestSourceRun>& runs, bool prune,
                                            const ProgressCallback& progress,
                                            const std::stop_token& stop, IngestReport& report) {
    ARGOSY_CHECK_OK(BringUpToDate(progress, stop, report));
    for (const IngestSourceRun& run : runs) {
        if (stop.stop_requested()) break;
        notes_.Set(run.source, SourceState::kReading);
        auto one = RunIngest(context_, run, progress, stop);
        if (!one) {
            notes_.Set(run.source, SourceState::kFailed,
                       {{run.source.uri, one.error().ToString()}});
            return At(run.source.uri, one.error());
        }
        const bool nothing_read =
            one->problem_count > 0 && one->added + one->changed + one->unchanged == 0;
        notes_.Set(run.source, nothing_read ? SourceState::kFailed : SourceState::kReady,
                   one->problems);
        report.Add(std::move(*one));
    }
    return prune && !stop.stop_requested() ? Prune(report) : Result<void>();
}

Result<void> KnowledgeBase::Impl::Prune(IngestReport& report) {
    const auto ids = context_.ledger.Ids([this](const StoredMark& mark) {
        return mark.source.kind == SourceKind::kDeclared &&
               KindOf(mark.source.uri) != SourceKind::kDeclared;
    });
    ARGOSY_TRY(const size_t deleted, DeleteDocuments(context_, ids));
    report.deleted += deleted;
    return {};
}

Result<IngestReport> KnowledgeBase::Impl::Ingest(std::vector<IngestSourceRun> runs, bool prune,
                                                 const ProgressCallback& progress,
                                                 const std::stop_token& stop) {
    ARGOSY_TRY(const Turn turn, TakeTurn(stop));
    IngestReport report;
    auto done = IngestAll(runs, prune, progress, stop, report);
    const auto renewed = Renew();
    report.cancelled = report.cancelled || stop.stop_requested();
    if (done && !renewed) done = renewed;
    const bool stopped = !done && done.error().code == ErrorCode::kCancelled && report.cancelled;
    notes_.SetFailure(done || stopped ? "" : done.error().ToString());
    if (!done && !stopped) return std::unexpected(done.error());
    return report;
}

Result<FoundPassages> KnowledgeBase::Impl::Search(const std::string& question, size_t limit,
                                                  const Filter& filter) const {
    std::shared_ptr<const KnowledgeSearch> search;
    const std::shared_lock reading(swap_);
    {
        const std::scoped_lock lock(mutex_);
        search = search_;
    }
    ARGOSY_TRY(FoundPassages found,
               search->Search(question, limit == 0 ? context_.options.limit : limit, filter));
    if (const auto least = context_.options.min_score) {
        std::erase_if(found.hits, [&](const SearchHit& hit) { return hit.score < *least; });
    }
    return found;
}

Result<DocumentPage> KnowledgeBase::Impl::Documents(size_t limit, const std::string& after) const {
    const std::shared_lock reading(swap_);
    return ListDocuments(*context_.parts.store, context_.collection(), limit, after);
}

Result<bool> KnowledgeBase::Impl::DeleteDocument(const std::string& id) {
    ARGOSY_TRY(const Turn turn, TakeTurn({}));
    ARGOSY_TRY(const size_t deleted, DeleteDocuments(context_, {id}));
    if (deleted > 0) ARGOSY_CHECK_OK(Renew());
    return deleted > 0;
}

Result<void> KnowledgeBase::Impl::Snapshot(const std::filesystem::path& to) const {
    const std::shared_lock reading(swap_);
    return context_.parts.store->Snapshot(context_.collection(), to);
}

Result<void> KnowledgeBase::Impl::Restore(const std::filesystem::path& from) {
    ARGOSY_TRY(const Turn turn, TakeTurn({}));
    ARGOSY_CHECK_OK(BeginNextFrom(*context_.parts.store, context_.collection(), from));
    ARGOSY_CHECK_OK(Promote());
    notes_.Clear();
    return {};
}

Result<void> KnowledgeBase::Impl::Drop() {
    ARGOSY_TRY(const Turn turn, TakeTurn({}));
    const std::unique_lock lock(swap_);
    ARGOSY_CHECK_OK(context_.parts.store->DropCollection(context_.collection()));
    context_.ledger.Reset({});
    notes_.Clear();
    return {};
}

KnowledgeStatus KnowledgeBase::Impl::Status() const {
    KnowledgeStatus status;
    status.name = context_.options.name;
    status.embedding = context_.options.embedding_model;
    status.documents = context_.ledger.size();
    notes_.Describe(context_.options.sources, context_.ledger.Sources(), IsStale(), status);
    const std::shared_lock reading(swap_);
    const auto chunks = context_.parts.store->Count(context_.collection(), {});
    if (chunks) {
        status.chunks = *chunks;
    } else {
        status.state = "failed";
        status.message = chunks.error().ToString();
    }
    return status;
}

KnowledgeBase::KnowledgeBase(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KnowledgeBase::~KnowledgeBase() = default;

Result<std::unique_ptr<KnowledgeBase>> KnowledgeBase::Open(KnowledgeBaseOptions options,
                                                           KnowledgeParts parts) {
    auto impl = std::make_unique<Impl>(std::move(options), std::move(parts));
    ARGOSY_CHECK_OK(impl->Open());
    return std::unique_ptr<KnowledgeBase>(new KnowledgeBase(std::move(impl)));
}

const std::string& KnowledgeBase::name() const { return impl_->options().name; }
const KnowledgeBaseOptions& KnowledgeBase::options() const { return impl_->options(); }

Result<IngestReport> KnowledgeBase::Ingest(const ProgressCallback& progress, std::stop_token stop) {
    std::vector<IngestSourceRun> runs;
    for (const SourceOptions& source : impl_->options().sources) {
        runs.push_back(RunOf(source, SourceKind::kDeclared));
    }
    return impl_->Ingest(std::move(runs), impl_->options().prune, progress, stop);
}

Result<IngestReport> KnowledgeBase::IngestSource(const SourceOptions& source,
                                                 const ProgressCallback& progress,
                                                 std::stop_token stop) {
    std::vector<IngestSourceRun> runs;
    runs.push_back(RunOf(source, impl_->KindOf(source.uri)));
    return impl_->Ingest(std::move(runs), false, progress, stop);
}

Result<IngestReport> KnowledgeBase::IngestFile(const std::string& filename, std::string_view bytes,
                                               const ProgressCallback& progress,
                                               std::stop_token stop) {
    ARGOSY_TRY(IngestSourceRun run, UploadRun(filename, bytes, impl_->options().uploads));
    std::vector<IngestSourceRun> runs;
    runs.push_back(std::move(run));
    return impl_->Ingest(std::move(runs), false, progress, stop);
}

Result<FoundPassages> KnowledgeBase::Search(const std::string& question, size_t limit,
                                            const Filter& filter) const {
    return impl_->Search(question, limit, filter);
}

Result<DocumentPage> KnowledgeBase::Documents(size_t limit, const std::string& after) const {
    return impl_->Documents(limit, after);
}

Result<bool> KnowledgeBase::DeleteDocument(const std::string& id) {
    return impl_->DeleteDocument(id);
}

Result<void> KnowledgeBase::Snapshot(const std::filesystem::path& to) const {
    return impl_->Snapshot(to);
}

Result<void> KnowledgeBase::Restore(const std::filesystem::path& from) {
    return impl_->Restore(from);
}

Result<void> KnowledgeBase::Drop() { return impl_->Drop(); }

KnowledgeStatus KnowledgeBase::Status() const { return impl_->Status(); }

}  // namespace argosy::retrieval
