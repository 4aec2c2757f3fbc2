// What a knowledge base does about personal data before it stores a document.
#pragma once

#include "retrieval/document.h"
#include "retrieval/knowledge/knowledge_options.h"

namespace argosy::retrieval {

/// Masks, by kMask, the text, the title and all texts of the metadata. kPermissionDenied, by
/// kRefuse, where there is personal data; the message names its kinds and never repeats it.
Result<void> ApplyPii(PiiPolicy policy, Document& document);

}  // namespace argosy::retrieval
