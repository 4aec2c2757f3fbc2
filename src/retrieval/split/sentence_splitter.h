// Chunks of whole sentences; the overlap is whole sentences too. A sentence longer than a chunk is
// cut as StrictSplitter cuts.
#pragma once

#include "retrieval/split/recursive_options.h"
#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

class SentenceSplitter final : public Splitter {
  public:
    /// kInvalidArgument as StrictSplitter::Make.
    static Result<SentenceSplitter> Make(RecursiveOptions options);
    std::vector<Chunk> Split(const Document& document) const override;

  private:
    explicit SentenceSplitter(RecursiveOptions options) : options_(std::move(options)) {}
    RecursiveOptions options_;
};

}  // namespace argosy::retrieval
