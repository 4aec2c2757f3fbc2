#include "retrieval/split/strict_splitter.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace argosy::retrieval {

namespace {

class StrictCutter {
  public:
    StrictCutter(std::string_view text, Span part, const RecursiveOptions& options)
        : text_(text.substr(0, part.end)), part_(part), options_(options) {}

    std::vector<Span> Cut() const {
        std::vector<Span> spans;
        size_t begin = part_.begin;
        size_t covered = part_.begin;  // the end of the chunk before
        while (covered < part_.end) {
            covered = EndOf(begin, covered);
            spans.push_back({begin, covered});
            begin = NextBegin(begin, covered);
        }
        return spans;
    }

  private:
    // The coarsest cut in the chunk's second half that leaves something new after the overlap.
    size_t EndOf(size_t begin, size_t covered) const {
        const size_t limit = Advance(text_, begin, options_.chunk_size);
        if (limit == part_.end) return limit;
        const size_t least = std::max(options_.chunk_size / 2, options_.chunk_overlap + 1);
        const size_t from = std::max(Advance(text_, begin, least), Advance(text_, covered, 1));
        return CoarsestCut(from, limit).value_or(limit);
    }

    // Never before the chunk's own begin, and near enough to `end` that the next chunk passes it:
    // at most half of what the overlap leaves of a chunk is spent on a better cut.
    size_t NextBegin(size_t begin, size_t end) const {
        const size_t overlap = options_.chunk_overlap;
        if (overlap == 0) return end;
        const size_t slack = std::min(overlap, (options_.chunk_size - overlap) / 2);
        const size_t latest = Retreat(text_, end, overlap);
        const size_t earliest = std::max(Retreat(text_, latest, slack), Advance(text_, begin, 1));
        if (earliest > latest) return latest;
        return CoarsestCut(earliest, latest).value_or(latest);
    }

    std::optional<size_t> CoarsestCut(size_t from, size_t to) const {
        for (const std::string& separator : options_.separators) {
            if (separator.empty()) return to;
            if (const auto cut = LastCut(separator, from, to)) return cut;
        }
        return std::nullopt;
    }

    // The last place in [from, to] that is just before a separator, or just after it.
    std::optional<size_t> LastCut(std::string_view separator, size_t from, size_t to) const {
        const size_t shift = options_.keep_separator == KeepSeparator::kEnd ? separator.size() : 0;
        if (to < shift) return std::nullopt;
        // Only that window: a text without the separator is not searched to its beginning each
        // time.
        const size_t lowest = from > shift ? from - shift : 0;
        const std::string_view window =
            text_.substr(lowest, to - shift - lowest + separator.size());
        const size_t at = window.rfind(separator);
        if (at == std::string_view::npos) return std::nullopt;
        return lowest + at + shift;
    }

    std::string_view text_;
    Span part_;
    const RecursiveOptions& options_;
};

}  // namespace

Result<StrictSplitter> StrictSplitter::Make(RecursiveOptions options) {
    ARGOSY_CHECK_OK(CheckSizes(options.chunk_size, options.chunk_overlap));
    if (options.chunk_overlap == options.chunk_size) {
        return Err(ErrorCode::kInvalidArgument,
                   "an overlap as large as the chunk size of {} leaves no room for more text",
                   options.chunk_size);
    }
    if (options.separators.empty()) options.separators = RecursiveOptions().separators;
    return StrictSplitter(std::move(options));
}

std::vector<Span> CutStrictly(std::string_view text, Span part, const RecursiveOptions& options) {
    return StrictCutter(text, part, options).Cut();
}

std::vector<Chunk> ChunksOf(const Document& document, const std::vector<Span>& spans, bool strip) {
    std::vector<Chunk> chunks;
    for (const Span& span : spans) {
        const Span kept = strip ? Strip(document.text, span) : span;
        if (kept.empty()) continue;
        chunks.push_back(
            MakeChunk(document, chunks.size(), kept.begin, std::string(kept.Of(document.text))));
    }
    return chunks;
}

std::vector<Chunk> StrictSplitter::Split(const Document& document) const {
    const Span all{0, document.text.size()};
    return ChunksOf(document, CutStrictly(document.text, all, options_), options_.strip_whitespace);
}

}  // namespace argosy::retrieval
