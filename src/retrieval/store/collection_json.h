// A collection's settings and documents as JSON: what stores keep and snapshots hold.
#pragma once

#include "base/json.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

json::object ConfigToJson(const CollectionConfig& config);
/// kCorrupt where it is not what ConfigToJson writes.
Result<CollectionConfig> ConfigFromJson(const json::value& json);

json::object DocumentToJson(const StoredDocument& document);
/// kCorrupt where it is not what DocumentToJson writes.
Result<StoredDocument> DocumentFromJson(const json::value& json);

}  // namespace argosy::retrieval
