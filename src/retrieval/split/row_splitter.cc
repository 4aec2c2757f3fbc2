#include "retrieval/split/row_splitter.h"

namespace argosy::retrieval {

std::vector<Chunk> RowSplitter::Split(const Document& document) const {
    std::vector<Chunk> chunks;
    if (!document.text.empty()) chunks.push_back(MakeChunk(document, 0, 0, document.text));
    return chunks;
}

}  // namespace argosy::retrieval
