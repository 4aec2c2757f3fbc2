// Cuts a Markdown page at its headings, then between its blocks. A chunk never mixes two sections;
// a fenced block that fits into a chunk is never cut; the path of headings above a chunk stands in
// its metadata as "headings": ["Installation", "On Linux"].
#pragma once

#include "retrieval/split/recursive_options.h"
#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

class MarkdownSplitter final : public Splitter {
  public:
    /// kInvalidArgument as StrictSplitter::Make, which cuts blocks that are longer than a chunk.
    static Result<MarkdownSplitter> Make(RecursiveOptions options);
    std::vector<Chunk> Split(const Document& document) const override;

  private:
    explicit MarkdownSplitter(RecursiveOptions options) : options_(std::move(options)) {}
    RecursiveOptions options_;
};

}  // namespace argosy::retrieval
