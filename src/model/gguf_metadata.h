// The key-value part of a GGUF file.
#pragma once

#include "model/byte_cursor.h"
#include "model/stored_model.h"

namespace argosy::gguf {

/// Reads `count` pairs. Errors: kCorrupt naming the key and the offset.
Result<Metadata> ReadMetadata(ByteCursor& cursor, uint64_t count);

}  // namespace argosy::gguf
