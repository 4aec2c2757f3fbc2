// The recursive splitter whose chunks are, byte for byte, those of LangChain's
// RecursiveCharacterTextSplitter with the same size, overlap, separators, keep_separator and
// strip_whitespace and its default length function (tests/retrieval checks it on 10,000 texts).
//
// It cuts at the first separator that the text has, cuts pieces that are too long again by the
// finer ones, and joins neighbours up to the size. Two traits come with that: overlap exists only
// where the pieces at a chunk's end are short enough to be repeated and of one recursion level
// (StrictSplitter keeps it), and with kNo a run of separators becomes one, so that a chunk's text
// may differ from the document's between its first and last byte.
#pragma once

#include "retrieval/split/recursive_options.h"
#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

class RecursiveSplitter final : public Splitter {
  public:
    /// kInvalidArgument as CheckSizes.
    static Result<RecursiveSplitter> Make(RecursiveOptions options);
    std::vector<Chunk> Split(const Document& document) const override;

  private:
    explicit RecursiveSplitter(RecursiveOptions options) : options_(std::move(options)) {}
    RecursiveOptions options_;
};

}  // namespace argosy::retrieval
