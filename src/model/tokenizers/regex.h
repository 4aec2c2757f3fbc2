// Regular expressions as tokenizer.json writes them, run by PCRE2's compiler to machine code.
// Thread-safe after construction.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace argosy::tokenizers {

class Regex {
  public:
    /// kInvalidArgument with PCRE2's words and the offset.
    static Result<Regex> Compile(std::string_view pattern);

    /// Calls `found(begin, end)` for every match from left to right, empty ones left out. `text` is
    /// valid UTF-8. A match that takes more than PCRE2's limits ends the search.
    void ForEachMatch(std::string_view text,
                      const std::function<void(size_t begin, size_t end)>& found) const;
    std::string ReplaceAll(std::string_view text, std::string_view replacement) const;

  private:
    explicit Regex(void* code);
    std::shared_ptr<void> code_;
};

}  // namespace argosy::tokenizers
