// A collection replaced by another one that was made beside it, such that a crash at any moment
// leaves the old or the new one: the new is made as "NAME.next", and counts from the moment that
// the old one is dropped.
#pragma once

#include <filesystem>
#include <string>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// Where the next state of a collection is made.
std::string NextName(const std::string& name);

/// Makes an empty NextName(config.name), whatever was left of an earlier one.
Result<void> BeginNext(Store& store, CollectionConfig config);
/// The same, of a snapshot's file. kCorrupt, kNotFound: the file's.
Result<void> BeginNextFrom(Store& store, const std::string& name,
                           const std::filesystem::path& snapshot);
/// Puts what was made in the collection's place.
Result<void> PromoteNext(Store& store, const std::string& name);
/// Finishes or removes what a crash left: afterwards there is no NextName. Whether there is a
/// collection of that name.
Result<bool> RecoverCollection(Store& store, const std::string& name);

/// kNotFound where there is none.
Result<CollectionConfig> ConfigOf(Store& store, const std::string& name);

}  // namespace argosy::retrieval
