#include "retrieval/knowledge/ingest_run.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "retrieval/knowledge/embed_chunks.h"
#include "retrieval/knowledge/personal_data.h"
#include "retrieval/load/ingest_plan.h"

namespace argosy::retrieval {

namespace {

class Run {
  public:
    Run(IngestContext& context, const IngestSourceRun& run, const ProgressCallback& progress,
        const std::stop_token& stop)
        : context_(context),
          run_(run),
          progress_(progress),
          stop_(stop),
          plan_(context.ledger.VersionsOf(run.source)) {}

    Result<IngestReport> Ingest() {
        LoadOptions options = run_.load;
        options.on_progress = [this](const LoadProgress& at) { Progress(at); };
        const LoadReport load = run_.read(options, [this](Document document) {
            if (!stop_.stop_requested()) state_ = Take(std::move(document));
            return state_ && !stop_.stop_requested();
        });
        if (state_) state_ = Flush();
        report_.Add(load);
        report_.cancelled = load.cancelled || stop_.stop_requested();
        if (!state_ && state_.error().code == ErrorCode::kCancelled && stop_.stop_requested()) {
            return std::move(report_);
        }
        if (!state_) return std::unexpected(state_.error());
        ARGOSY_TRY(report_.deleted,
                   DeleteDocuments(context_, plan_.Deleted(load.whole() && !report_.cancelled)));
        return std::move(report_);
    }

  private:
    void Progress(const LoadProgress& at) {
        now_ = {at.source, at.documents, now_.written, at.done_bytes, at.total_bytes};
        if (progress_) progress_(now_);
    }

    Result<void> Take(Document document) {
        for (const auto& member : run_.metadata) {
            if (!document.metadata.contains(member.key())) {
                document.metadata.insert(member);
            }
        }
        if (const auto owner = OtherOwner(document.id)) {
            report_.AddProblem(document.source,
                               fmt::format("its id '{}' is that of a document of {}, which stays; "
                                           "give one of them another id",
                                           document.id, *owner));
            return {};
        }
        if (const auto fit = ApplyPii(context_.options.pii, document); !fit) {
            report_.AddProblem(document.source, fit.error().message);
            return {};
        }
        return Compare(document);
    }

    // Of a source that is still in use; one that is none any more gives its documents away.
    std::optional<std::string> OtherOwner(const std::string& id) const {
        const auto mark = context_.ledger.Find(id);
        if (!mark || mark->source == run_.source || mark->source.uri.empty()) return std::nullopt;
        const auto& declared = context_.options.sources;
        const bool in_use =
            mark->source.kind != SourceKind::kDeclared ||
            std::ranges::find(declared, mark->source.uri, &SourceOptions::uri) != declared.end();
        return in_use ? std::optional(mark->source.uri) : std::nullopt;
    }

    Result<void> Compare(const Document& document) {
        const bool known = context_.ledger.Find(document.id).has_value();
        const StoredMark mark{context_.embedding, ContentHash(document, context_.recipe),
                              run_.source};
        switch (plan_.See(document.id, mark.Version())) {
            case DocumentChange::kRepeated:
                report_.AddProblem(document.source,
                                   fmt::format("its id '{}' was there before in this source; the "
                                               "first one counts: ids have to be different",
                                               document.id));
                return {};
            case DocumentChange::kUnchanged:
                ++report_.unchanged;
                return {};
            case DocumentChange::kNew:
            case DocumentChange::kChanged:
                break;
        }
        return Add(document, mark, known);
    }

    Result<void> Add(const Document& document, const StoredMark& mark, bool known) {
        StoredDocument stored{document.id, FormatMark(mark), {}};
        for (Chunk& chunk : context_.splitter->Split(document)) {
            stored.chunks.push_back({.chunk = std::move(chunk)});
        }
        waiting_chunks_ += stored.chunks.size();
        (known ? waiting_changed_ : waiting_added_) += 1;
        waiting_.push_back(std::move(stored));
        const size_t batch = context_.options.batch_chunks;
        const bool full = waiting_chunks_ >= batch || waiting_.size() >= batch;
        return full ? Flush() : Result<void>();
    }

    Result<void> Flush() {
        if (waiting_.empty()) return {};
        const auto go_on = [this] {
            if (progress_) progress_(now_);
            return !stop_.stop_requested();
        };
        ARGOSY_CHECK_OK(EmbedChunks(context_.parts.embedder.get(), waiting_,
                                    context_.options.batch_chunks, go_on));
        ARGOSY_CHECK_OK(context_.parts.store->Upsert(context_.collection(), waiting_));
        for (const StoredDocument& document : waiting_) {
            context_.ledger.Put(document.id, ParseMark(document.hash));
        }
        report_.added += std::exchange(waiting_added_, 0);
        report_.changed += std::exchange(waiting_changed_, 0);
        report_.chunks += std::exchange(waiting_chunks_, 0);
        now_.written += waiting_.size();
        waiting_.clear();
        if (progress_) progress_(now_);
        return {};
    }

    IngestContext& context_;
    const IngestSourceRun& run_;
    const ProgressCallback& progress_;
    const std::stop_token& stop_;
    IngestPlan plan_;
    IngestReport report_;
    IngestProgress now_;
    Result<void> state_;
    std::vector<StoredDocument> waiting_;  // for Flush
    size_t waiting_chunks_ = 0, waiting_added_ = 0, waiting_changed_ = 0;
};

}  // namespace

Result<IngestReport> RunIngest(IngestContext& context, const IngestSourceRun& run,
                               const ProgressCallback& progress, const std::stop_token& stop) {
    return Run(context, run, progress, stop).Ingest();
}

Result<size_t> DeleteDocuments(IngestContext& context, const std::vector<std::string>& ids) {
    if (ids.empty()) return size_t{0};
    ARGOSY_TRY(const size_t deleted, context.parts.store->Delete(context.collection(), ids));
    for (const std::string& id : ids) context.ledger.Erase(id);
    return deleted;
}

}  // namespace argosy::retrieval
