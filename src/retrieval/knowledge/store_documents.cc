#include "retrieval/knowledge/store_documents.h"

#include <utility>

namespace argosy::retrieval {

Result<void> ForEachDocument(
    Store& store, const std::string& collection,
    const std::function<Result<bool>(const std::string& id, std::vector<StoredChunk>)>& fn) {
    constexpr size_t kPage = 256;
    std::string from;
    std::vector<StoredChunk> chunks;  // of one document; a page may end within it
    const auto give = [&]() -> Result<bool> {
        if (chunks.empty()) return true;
        const std::string id = chunks[0].chunk.document_id;
        return fn(id, std::exchange(chunks, {}));
    };
    while (true) {
        ARGOSY_TRY(ScrollPage page, store.Scroll(collection, {}, kPage, from));
        for (StoredChunk& stored : page.chunks) {
            if (!chunks.empty() && chunks[0].chunk.document_id != stored.chunk.document_id) {
                ARGOSY_TRY(const bool more, give());
                if (!more) return {};
            }
            chunks.push_back(std::move(stored));
        }
        if (!page.next) break;
        from = *page.next;
    }
    ARGOSY_TRY(const bool ignored, give());
    (void)ignored;
    return {};
}

}  // namespace argosy::retrieval
