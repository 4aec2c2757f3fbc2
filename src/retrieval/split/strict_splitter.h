// The recursive splitter that keeps its promises: every chunk is a piece of the document as it
// stands there, has at most chunk_size code points, and begins chunk_overlap code points or a
// little more before the end of the one before it, whatever the text. Cuts are at the coarsest
// separator that the second half of the chunk has; the overlap begins at one too where one is near.
#pragma once

#include <string_view>

#include "retrieval/split/recursive_options.h"
#include "retrieval/split/splitter.h"
#include "retrieval/split/text_span.h"

namespace argosy::retrieval {

class StrictSplitter final : public Splitter {
  public:
    /// kInvalidArgument as CheckSizes, and for an overlap as large as the size. keep_separator says
    /// on which side of a cut a separator stays; kNo is as kStart.
    static Result<StrictSplitter> Make(RecursiveOptions options);
    std::vector<Chunk> Split(const Document& document) const override;

  private:
    explicit StrictSplitter(RecursiveOptions options) : options_(std::move(options)) {}
    RecursiveOptions options_;
};

/// The ranges that StrictSplitter makes of a part of a text, before white space is stripped:
/// together they cover it. The options must be ones that Make takes.
std::vector<Span> CutStrictly(std::string_view text, Span part, const RecursiveOptions& options);

/// Chunks of the ranges, stripped where asked; those of white space alone are left out.
std::vector<Chunk> ChunksOf(const Document& document, const std::vector<Span>& spans, bool strip);

}  // namespace argosy::retrieval
