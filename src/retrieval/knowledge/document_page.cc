#include "retrieval/knowledge/document_page.h"

#include <utility>

namespace argosy::retrieval {

namespace {

std::string TextOf(const Chunk& chunk, std::string_view field) {
    const json::value* value = chunk.metadata.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

DocumentInfo Describe(const Chunk& chunk) {
    return {chunk.document_id, TextOf(chunk, "source"), TextOf(chunk, "title"), 0};
}

// A store's pages end anywhere, ours between two documents: what `count` chunks from here end at.
Result<std::string> CursorBehind(Store& store, const std::string& collection,
                                 const std::string& from, size_t count) {
    if (count == 0) return from;
    ARGOSY_TRY(const ScrollPage page, store.Scroll(collection, {}, count, from));
    return page.next.value_or("");
}

}  // namespace

Result<DocumentPage> ListDocuments(Store& store, const std::string& collection, size_t limit,
                                   const std::string& after) {
    constexpr size_t kPage = 256;
    DocumentPage out;
    std::string from = after;
    while (true) {
        ARGOSY_TRY(const ScrollPage page, store.Scroll(collection, {}, kPage, from));
        for (size_t i = 0; i < page.chunks.size(); ++i) {
            const Chunk& chunk = page.chunks[i].chunk;
            if (out.documents.empty() || out.documents.back().id != chunk.document_id) {
                if (out.documents.size() == limit) {
                    ARGOSY_TRY(std::string next, CursorBehind(store, collection, from, i));
                    if (!next.empty()) out.next = std::move(next);
                    return out;
                }
                out.documents.push_back(Describe(chunk));
            }
            ++out.documents.back().chunks;
        }
        if (!page.next) return out;
        from = *page.next;
    }
}

json::object DocumentPage::ToJson() const {
    json::array data;
    for (const DocumentInfo& document : documents) {
        data.push_back({{"id", document.id},
                        {"source", document.source},
                        {"title", document.title},
                        {"chunks", document.chunks}});
    }
    return {{"data", std::move(data)}, {"next", next ? json::value(*next) : json::value()}};
}

}  // namespace argosy::retrieval
