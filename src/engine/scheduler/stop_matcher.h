// Finds stop strings in text that arrives in pieces, across token borders, and holds back what may
// still become one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace argosy {

class StopMatcher {
  public:
    /// `stops` outlive the matcher. With `include`, a found stop string ends the text; else the
    /// text ends before it.
    StopMatcher(const std::vector<std::string>& stops, bool include)
        : stops_(stops), include_(include) {}

    /// Takes the next piece and appends to `out` all text that is certain. Returns the stop string
    /// that was found, if one was: the earliest in the text, the longest of those that begin
    /// together; nothing may be pushed after that. `armed` false: text passes, nothing matches
    /// (min_tokens).
    std::optional<std::string_view> Push(std::string_view piece, bool armed, std::string& out);
    /// Appends what was held back, at the end of the text.
    void Finish(std::string& out);

  private:
    size_t HeldLength() const;

    const std::vector<std::string>& stops_;
    bool include_;
    std::string held_;
};

}  // namespace argosy
