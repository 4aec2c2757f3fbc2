#include "retrieval/split/splitter.h"

#include <utility>

namespace argosy::retrieval {

Chunk MakeChunk(const Document& document, size_t number, size_t begin, std::string text) {
    Chunk chunk{document.id + "#" + std::to_string(number), document.id, begin, std::move(text),
                document.metadata};
    chunk.metadata["source"] = document.source;
    if (!document.title.empty() || !chunk.metadata.contains("title")) {
        chunk.metadata["title"] = document.title;
    }
    return chunk;
}

}  // namespace argosy::retrieval
