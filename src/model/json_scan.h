// JSON read while it is being written: where a value that a model generates is complete, and the
// parts of a complete object as they were spelled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace argosy {

/// Follows one object or array over chunks. Checks brackets, strings and the alphabet, so that
/// text which is no JSON shows early; grammar is left to the parser.
class JsonScanner {
  public:
    enum class State { kInside, kComplete, kBad };
    /// Reads on in `text`, which must begin with the same bytes as at the last call.
    State Scan(std::string_view text);
    /// Where the value ends, once complete.
    size_t end() const { return pos_; }

  private:
    State ScanString(char c);
    State ScanStructure(char c);

    size_t pos_ = 0;
    std::string open_;  // closers that are due
    bool in_string_ = false;
    bool escaped_ = false;
    State state_ = State::kInside;
};

/// Members of a valid JSON object in `text`: key and value as spelled. Nothing where it is none.
std::optional<std::vector<std::pair<std::string, std::string>>> RawMembers(std::string_view text);
/// Elements of a valid JSON array as spelled. Nothing where it is none.
std::optional<std::vector<std::string>> RawElements(std::string_view text);

}  // namespace argosy
