#include "retrieval/knowledge/reembed.h"

#include <set>
#include <utility>
#include <vector>

#include "retrieval/knowledge/collection_swap.h"
#include "retrieval/knowledge/embed_chunks.h"
#include "retrieval/knowledge/store_documents.h"

namespace argosy::retrieval {

namespace {

class Reembedding {
  public:
    Reembedding(IngestContext& context, std::string target, const ProgressCallback& progress,
                const std::stop_token& stop, IngestReport& report)
        : context_(context),
          target_(std::move(target)),
          progress_(progress),
          stop_(stop),
          report_(report) {}

    Result<void> Run() {
        ARGOSY_CHECK_OK(ForEachDocument(
            *context_.parts.store, context_.collection(),
            [this](const std::string& id, std::vector<StoredChunk> chunks) -> Result<bool> {
                ARGOSY_CHECK_OK(Take(id, std::move(chunks)));
                return true;
            }));
        // Documents without a chunk: a scroll does not show them.
        for (const std::string& id : context_.ledger.Ids([](const StoredMark&) { return true; })) {
            if (!done_.contains(id)) ARGOSY_CHECK_OK(Take(id, {}));
        }
        return Flush();
    }

  private:
    bool in_place() const { return target_ == context_.collection(); }

    Result<void> Take(const std::string& id, std::vector<StoredChunk> chunks) {
        auto mark = context_.ledger.Find(id);
        if (!mark || !done_.insert(id).second) return {};
        if (in_place() && mark->embedding == context_.embedding) return {};
        mark->embedding = context_.embedding;
        waiting_ += chunks.size();
        documents_.push_back({id, FormatMark(*mark), std::move(chunks)});
        return waiting_ >= context_.options.batch_chunks ? Flush() : Result<void>();
    }

    Result<void> Flush() {
        if (documents_.empty()) return {};
        const auto go_on = [this] {
            if (progress_) {
                progress_({.source = "vectors of the new embedding model",
                           .documents = report_.reembedded,
                           .written = report_.reembedded});
            }
            return !stop_.stop_requested();
        };
        ARGOSY_CHECK_OK(EmbedChunks(context_.parts.embedder.get(), documents_,
                                    context_.options.batch_chunks, go_on));
        ARGOSY_CHECK_OK(context_.parts.store->Upsert(target_, documents_));
        for (const StoredDocument& document : documents_) {
            if (in_place()) context_.ledger.Put(document.id, ParseMark(document.hash));
        }
        report_.reembedded += documents_.size();
        report_.chunks += waiting_;
        documents_.clear();
        waiting_ = 0;
        return {};
    }

    IngestContext& context_;
    const std::string target_;
    const ProgressCallback& progress_;
    const std::stop_token& stop_;
    IngestReport& report_;
    std::set<std::string> done_;
    std::vector<StoredDocument> documents_;  // not yet written
    size_t waiting_ = 0;                     // their chunks
};

}  // namespace

Result<bool> Reembed(IngestContext& context, const ProgressCallback& progress,
                     const std::stop_token& stop, IngestReport& report) {
    ARGOSY_TRY(CollectionConfig config, ConfigOf(*context.parts.store, context.collection()));
    const bool apart = config.dimensions != context.dimensions();
    if (apart) {
        config.dimensions = context.dimensions();
        ARGOSY_CHECK_OK(BeginNext(*context.parts.store, config));
    }
    const std::string target = apart ? NextName(context.collection()) : context.collection();
    ARGOSY_CHECK_OK(Reembedding(context, target, progress, stop, report).Run());
    return apart;
}

}  // namespace argosy::retrieval
