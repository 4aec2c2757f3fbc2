// A regular expression as JSON Schema's `pattern` has it: found anywhere in the text. Bounded: one
// that would search too long counts as no match. Thread-safe once made.
#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"

namespace argosy::assistant {

class Pattern {
  public:
    /// kInvalidArgument with the reason and offset.
    static Result<Pattern> Compile(std::string_view source);
    bool Finds(std::string_view text) const;

  private:
    explicit Pattern(std::shared_ptr<void> code) : code_(std::move(code)) {}
    std::shared_ptr<void> code_;  // pcre2_code, kept from this header
};

}  // namespace argosy::assistant
