// What every store refuses before it does anything, so that one mistake has one message. Pure
// functions; all errors are kInvalidArgument.
#pragma once

#include <span>
#include <string>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

Result<void> CheckCollectionName(const std::string& name);
/// Name, dimensions and index settings.
Result<void> CheckConfig(const CollectionConfig& config);
/// Ids, and vectors against the collection's dimensions.
Result<void> CheckDocuments(const CollectionConfig& config,
                            std::span<const StoredDocument> documents);
Result<void> CheckRequest(const CollectionConfig& config, const SearchRequest& request);

std::unexpected<Error> NoCollection(const std::string& name);      // kNotFound
std::unexpected<Error> CollectionExists(const std::string& name);  // kAlreadyExists
std::unexpected<Error> WrongPage(const std::string& from);         // of a Scroll

}  // namespace argosy::retrieval
