#include "base/line_reader.h"

#include <streambuf>

namespace argosy {

Result<bool> LineReader::Next(std::string& line) {
    using Traits = std::char_traits<char>;
    line.clear();
    std::streambuf& bytes = *in_.rdbuf();
    if (Traits::eq_int_type(bytes.sgetc(), Traits::eof())) return false;
    ++number_;
    size_t dropped = 0;
    for (auto byte = bytes.sbumpc(); !Traits::eq_int_type(byte, Traits::eof());
         byte = bytes.sbumpc()) {
        if (Traits::to_char_type(byte) == '\n') break;
        if (line.size() < max_bytes_) {
            line += Traits::to_char_type(byte);
        } else {
            ++dropped;
        }
    }
    if (dropped > 0) {
        return Err(ErrorCode::kResourceExhausted, "the line has {} bytes, the limit is {}",
                   line.size() + dropped, max_bytes_);
    }
    if (line.ends_with('\r')) line.pop_back();
    if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    return true;
}

}  // namespace argosy
