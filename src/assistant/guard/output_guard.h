// Checks of an answer while it streams: personal data masked before anyone sees it, and the length.
// Holds back only what may still become a value: the last word, and a number that is not yet ended.
// Thread-compatible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assistant/guard/guard_options.h"

namespace argosy::assistant {

class OutputGuard {
  public:
    /// `options` outlives the guard.
    explicit OutputGuard(const GuardOptions& options) : options_(options) {}

    /// Text in, text out. Whatever the pieces, the text is the same.
    std::string Push(std::string_view text);
    std::string Finish();

    /// Nothing more will come out: the answer was refused or is long enough.
    bool ended() const { return ended_; }
    bool refused() const { return refused_; }
    const std::vector<Finding>& findings() const { return findings_; }

  private:
    std::string Release(size_t safe);
    std::string Limit(std::string text);

    const GuardOptions& options_;
    std::string line_;  // raw text: what is held back, and what came before it on its line
    size_t done_ = 0;   // of line_
    size_t out_bytes_ = 0;
    bool ended_ = false;
    bool refused_ = false;
    std::vector<Finding> findings_;
};

namespace internal {
/// How many bytes of the front no further text can make part of personal data.
size_t PiiSafePrefix(std::string_view text);
}  // namespace internal

}  // namespace argosy::assistant
