// Lines of a text file, pulled one at a time with bounded memory; LF or CRLF ends, a byte-order
// mark at the beginning is left out. For JSONL, logs and the like.
#pragma once

#include <cstddef>
#include <istream>
#include <string>

#include "base/error.h"

namespace argosy {

/// Thread-compatible. The stream outlives the reader.
class LineReader {
  public:
    explicit LineReader(std::istream& in, size_t max_line_bytes = size_t{16} << 20)
        : in_(in), max_bytes_(max_line_bytes) {}

    /// The next line without its end; false at the end of the file. kResourceExhausted for a line
    /// beyond the limit, after which reading goes on with the next one.
    Result<bool> Next(std::string& line);
    /// Number of the line that Next gave last, from 1.
    size_t line() const { return number_; }

  private:
    std::istream& in_;
    size_t max_bytes_;
    size_t number_ = 0;
};

}  // namespace argosy
