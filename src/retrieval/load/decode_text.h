// Text of a file as UTF-8: UTF-8 with or without a byte-order mark, UTF-16 with one. Other
// encodings are refused rather than guessed: a wrong guess would go unseen into the index.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace argosy::retrieval {

/// kInvalidArgument names the offset of the first byte that is wrong, and what would be right; NUL
/// counts as wrong, for text has none.
Result<std::string> DecodeText(std::string bytes);

/// Whether the bytes begin with the byte-order mark of UTF-16 (or UTF-32, which begins alike).
bool IsUtf16(std::string_view bytes);

/// Offset of the first byte that is not UTF-8; the size where all are.
size_t FirstBadUtf8(std::string_view text);

}  // namespace argosy::retrieval
