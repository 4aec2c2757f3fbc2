#include "retrieval/split/recursive_splitter.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "retrieval/split/merge_pieces.h"

namespace argosy::retrieval {

namespace {

class Cutter {
  public:
    Cutter(const RecursiveOptions& options, std::string_view text)
        : options_(options), text_(text) {}

    void Cut(Span span, std::span<const std::string> separators) {
        const size_t chosen = ChooseSeparator(span, separators);
        const std::string_view separator = separators[chosen];
        // Where even the last separator is absent, nothing finer is left to try.
        const bool found = !separator.empty() && span.Of(text_).contains(separator);
        const auto finer = found ? separators.subspan(chosen + 1) : separators.last(0);
        const std::string_view glue =
            options_.keep_separator == KeepSeparator::kNo ? separator : std::string_view();
        std::vector<Piece> fitting;
        for (const Piece& piece : CutAt(span, separator)) {
            if (piece.length < options_.chunk_size) {
                fitting.push_back(piece);
                continue;
            }
            Merge(fitting, glue);
            if (finer.empty()) {
                chunks_.push_back({std::string(piece.span.Of(text_)), piece.span.begin});
            } else {
                Cut(piece.span, finer);
            }
        }
        Merge(fitting, glue);
    }

    std::vector<MergedText> TakeChunks() { return std::move(chunks_); }

  private:
    // The first that the text has; "" is had by all; else the last.
    size_t ChooseSeparator(Span span, std::span<const std::string> separators) const {
        const auto found = std::ranges::find_if(separators, [&](const std::string& separator) {
            return span.Of(text_).contains(separator);
        });
        return found == separators.end() ? separators.size() - 1
                                         : static_cast<size_t>(found - separators.begin());
    }

    void Add(std::vector<Piece>& pieces, size_t begin, size_t end) const {
        const Span span{begin, end};
        if (!span.empty()) pieces.push_back({span, CountCodePoints(span.Of(text_))});
    }

    std::vector<Piece> CutAt(Span span, std::string_view separator) const {
        std::vector<Piece> pieces;
        if (separator.empty()) {
            for (size_t at = span.begin; at < span.end;) {
                const size_t next = std::min(Advance(text_, at, 1), span.end);
                pieces.push_back({{at, next}, 1});
                at = next;
            }
            return pieces;
        }
        const std::string_view within = text_.substr(0, span.end);
        size_t begin = span.begin;
        for (size_t at = begin; (at = within.find(separator, at)) != std::string_view::npos;) {
            const size_t after = at + separator.size();
            const bool with = options_.keep_separator == KeepSeparator::kEnd;
            Add(pieces, begin, with ? after : at);
            begin = options_.keep_separator == KeepSeparator::kStart ? at : after;
            at = after;
        }
        Add(pieces, begin, span.end);
        return pieces;
    }

    void Merge(std::vector<Piece>& pieces, std::string_view glue) {
        MergePieces(text_, pieces, glue, options_, chunks_);
        pieces.clear();
    }

    const RecursiveOptions& options_;
    std::string_view text_;
    std::vector<MergedText> chunks_;
};

}  // namespace

Result<void> CheckSizes(size_t chunk_size, size_t chunk_overlap) {
    if (chunk_size == 0) {
        return Err(ErrorCode::kInvalidArgument, "a chunk size of 0; it must be at least 1");
    }
    if (chunk_overlap > chunk_size) {
        return Err(ErrorCode::kInvalidArgument,
                   "an overlap of {} is larger than the chunk size of {}", chunk_overlap,
                   chunk_size);
    }
    return {};
}

Result<RecursiveSplitter> RecursiveSplitter::Make(RecursiveOptions options) {
    ARGOSY_CHECK_OK(CheckSizes(options.chunk_size, options.chunk_overlap));
    if (options.separators.empty()) options.separators = RecursiveOptions().separators;
    return RecursiveSplitter(std::move(options));
}

std::vector<Chunk> RecursiveSplitter::Split(const Document& document) const {
    Cutter cutter(options_, document.text);
    cutter.Cut({0, document.text.size()}, options_.separators);
    std::vector<Chunk> chunks;
    for (MergedText& merged : cutter.TakeChunks()) {
        chunks.push_back(MakeChunk(document, chunks.size(), merged.begin, std::move(merged.text)));
    }
    return chunks;
}

}  // namespace argosy::retrieval
