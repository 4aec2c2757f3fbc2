// The documents of a collection, whole, in the order of their arrival.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// Calls fn with each document's chunks, with their vectors, until it gives false. Documents that
/// are stored meanwhile come too.
Result<void> ForEachDocument(
    Store& store, const std::string& collection,
    const std::function<Result<bool>(const std::string& id, std::vector<StoredChunk>)>& fn);

}  // namespace argosy::retrieval
