// How the splitters by characters cut: sizes in code points, separators from coarse to fine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy::retrieval {

/// Where a separator goes when a text is cut at it.
enum class KeepSeparator { kNo, kStart, kEnd };

struct RecursiveOptions {
    size_t chunk_size = 500;
    size_t chunk_overlap = 50;
    /// Tried in this order; "" cuts between any two code points. None: paragraph, line, word, any.
    std::vector<std::string> separators{"\n\n", "\n", " ", ""};
    KeepSeparator keep_separator = KeepSeparator::kStart;  // of the piece that follows
    bool strip_whitespace = true;                          // at the edges of each chunk
};

/// kInvalidArgument for a size of 0, or an overlap larger than the size.
Result<void> CheckSizes(size_t chunk_size, size_t chunk_overlap);

}  // namespace argosy::retrieval
