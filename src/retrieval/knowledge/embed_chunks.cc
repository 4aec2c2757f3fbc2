#include "retrieval/knowledge/embed_chunks.h"

#include <algorithm>
#include <utility>

namespace argosy::retrieval {

namespace {

Result<void> CheckVectors(const Embedder& embedder, const std::vector<std::vector<float>>& vectors,
                          size_t expected) {
    if (vectors.size() != expected) {
        return Err(ErrorCode::kInternal, "the embedding model gave {} vectors for {} texts",
                   vectors.size(), expected);
    }
    for (const auto& vector : vectors) {
        if (vector.size() == embedder.dimensions()) continue;
        return Err(ErrorCode::kInternal,
                   "the embedding model gave a vector of {} numbers instead of {}", vector.size(),
                   embedder.dimensions());
    }
    return {};
}

Result<void> EmbedBatch(const Embedder& embedder, std::span<StoredChunk* const> chunks) {
    std::vector<std::string> texts;
    for (const StoredChunk* stored : chunks) texts.push_back(stored->chunk.text);
    ARGOSY_TRY(auto vectors, embedder.Embed(texts, TextRole::kPassage));
    ARGOSY_CHECK_OK(CheckVectors(embedder, vectors, chunks.size()));
    for (size_t i = 0; i < chunks.size(); ++i) chunks[i]->vector = std::move(vectors[i]);
    return {};
}

}  // namespace

Result<void> EmbedChunks(const Embedder* embedder, std::span<StoredDocument> documents,
                         size_t batch, const std::function<bool()>& go_on) {
    std::vector<StoredChunk*> chunks;
    for (StoredDocument& document : documents) {
        for (StoredChunk& stored : document.chunks) {
            stored.vector.clear();
            chunks.push_back(&stored);
        }
    }
    for (size_t at = 0; embedder != nullptr && at < chunks.size(); at += batch) {
        if (!go_on()) return Err(ErrorCode::kCancelled, "stopped while texts were embedded");
        ARGOSY_CHECK_OK(EmbedBatch(
            *embedder, std::span(chunks).subspan(at, std::min(batch, chunks.size() - at))));
    }
    return {};
}

}  // namespace argosy::retrieval
