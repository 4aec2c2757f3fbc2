// The [n] of a streamed answer, held against the passages that the model was given: a number that
// does not exist is taken out before the reader sees it, and noted. Thread-compatible.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::assistant {

class CitationFilter {
  public:
    explicit CitationFilter(size_t passages) : passages_(passages) {}

    /// Text in, text out; what may be the beginning of a citation (or a space before one) is held
    /// back. Whatever the pieces, the text is the same.
    std::string Push(std::string_view text);
    /// The end: what was held back comes out.
    std::string Finish();

    /// Numbers cited, each once, in the order of the text.
    const std::vector<size_t>& cited() const { return cited_; }
    /// Numbers taken out, each once.
    const std::vector<size_t>& dropped() const { return dropped_; }

  private:
    bool Step(std::string& out, bool final);
    std::string Keep(std::string_view numbers);

    size_t passages_;
    std::string held_;
    std::vector<size_t> cited_;
    std::vector<size_t> dropped_;
};

}  // namespace argosy::assistant
