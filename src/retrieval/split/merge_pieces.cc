#include "retrieval/split/merge_pieces.h"

#include <algorithm>
#include <utility>

namespace argosy::retrieval {

namespace {

// Where byte `at` of the joined text stands in the document. A byte of the glue is taken for that
// of the separator just before the piece that follows.
size_t PlaceOf(std::span<const Piece> pieces, size_t glue_bytes, size_t at) {
    for (const Piece& piece : pieces) {
        if (at < piece.span.size()) return piece.span.begin + at;
        at -= piece.span.size();
        const bool last = &piece == &pieces.back();
        if (!last && at < glue_bytes) return (&piece + 1)->span.begin - (glue_bytes - at);
        at -= std::min(at, glue_bytes);
    }
    return pieces.back().span.end;
}

std::string Joined(std::string_view text, std::span<const Piece> pieces, std::string_view glue) {
    if (glue.empty()) {  // neighbours without a gap
        return std::string(Span{pieces.front().span.begin, pieces.back().span.end}.Of(text));
    }
    std::string joined(pieces.front().span.Of(text));
    for (const Piece& piece : pieces.subspan(1)) {
        joined += glue;
        joined += piece.span.Of(text);
    }
    return joined;
}

void Emit(std::string_view text, std::span<const Piece> pieces, std::string_view glue, bool strip,
          std::vector<MergedText>& chunks) {
    std::string joined = Joined(text, pieces, glue);
    Span kept{0, joined.size()};
    if (strip) kept = Strip(joined, kept);
    if (kept.empty()) return;
    const size_t begin = PlaceOf(pieces, glue.size(), kept.begin);
    if (kept.size() != joined.size()) joined = kept.Of(joined);
    chunks.push_back({std::move(joined), begin});
}

}  // namespace

void MergePieces(std::string_view text, std::span<const Piece> pieces, std::string_view glue,
                 const RecursiveOptions& options, std::vector<MergedText>& chunks) {
    const size_t glue_length = CountCodePoints(glue);
    size_t first = 0;   // the chunk in the making is pieces [first, i)
    size_t length = 0;  // of it, glue between its pieces included
    for (size_t i = 0; i < pieces.size(); ++i) {
        const auto too_long = [&] {
            const size_t joint = first < i ? glue_length : 0;
            return length + joint + pieces[i].length > options.chunk_size;
        };
        if (too_long() && first < i) {
            Emit(text, pieces.subspan(first, i - first), glue, options.strip_whitespace, chunks);
            while (first < i && (length > options.chunk_overlap || too_long())) {
                length -= pieces[first].length + (first + 1 < i ? glue_length : 0);
                ++first;
            }
        }
        length += pieces[i].length + (first < i ? glue_length : 0);
    }
    if (first < pieces.size()) {
        Emit(text, pieces.subspan(first), glue, options.strip_whitespace, chunks);
    }
}

}  // namespace argosy::retrieval
