// Fills in the vectors of chunks, so many at a time.
#pragma once

#include <functional>
#include <span>

#include "retrieval/embedder.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// Without an embedder the vectors are emptied. `go_on` is asked before each batch; false gives
/// kCancelled. Errors: the embedder's; kInternal where it gives another number of vectors, or
/// vectors of another length, than it promised.
Result<void> EmbedChunks(const Embedder* embedder, std::span<StoredDocument> documents,
                         size_t batch, const std::function<bool()>& go_on);

}  // namespace argosy::retrieval
