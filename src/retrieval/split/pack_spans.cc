#include "retrieval/split/pack_spans.h"

#include "retrieval/split/strict_splitter.h"

namespace argosy::retrieval {

namespace {

class Packer {
  public:
    Packer(std::string_view text, std::span<const Span> parts, const RecursiveOptions& options)
        : text_(text), parts_(parts), options_(options) {}

    std::vector<Span> Pack() {
        for (size_t i = 0; i < parts_.size(); ++i) {
            if (Count(Kept(i)) > options_.chunk_size) {
                Flush(i);
                for (const Span& cut : CutStrictly(text_, parts_[i], options_)) {
                    chunks_.push_back(cut);
                }
                Begin(i + 1);
                continue;
            }
            // White space after the last part is not the chunk's, that between parts is.
            const size_t more = Count({parts_[i].begin, Kept(i).end});
            if (first_ < i && length_ + more > options_.chunk_size) {
                Flush(i);
                RepeatLast(i, more);
            }
            length_ += Count(parts_[i]);
        }
        Flush(parts_.size());
        return std::move(chunks_);
    }

  private:
    size_t Count(Span span) const { return CountCodePoints(span.Of(text_)); }

    // What is left of a part that stands alone in its chunk.
    Span Kept(size_t part) const {
        return options_.strip_whitespace ? Strip(text_, parts_[part]) : parts_[part];
    }

    void Begin(size_t part) {
        first_ = part;
        length_ = 0;
    }

    void Flush(size_t end) {
        if (first_ < end) chunks_.push_back({parts_[first_].begin, parts_[end - 1].end});
    }

    // The chunk that begins with part `next` takes the parts before it that the overlap allows.
    void RepeatLast(size_t next, size_t next_length) {
        const size_t lowest = first_ + 1;
        Begin(next);
        while (first_ > lowest) {
            const size_t more = length_ + Count(parts_[first_ - 1]);
            if (more > options_.chunk_overlap || more + next_length > options_.chunk_size) break;
            --first_;
            length_ = more;
        }
    }

    std::string_view text_;
    std::span<const Span> parts_;
    const RecursiveOptions& options_;
    size_t first_ = 0;   // the chunk in the making begins with this part
    size_t length_ = 0;  // of its parts so far
    std::vector<Span> chunks_;
};

}  // namespace

std::vector<Span> PackSpans(std::string_view text, std::span<const Span> parts,
                            const RecursiveOptions& options) {
    return Packer(text, parts, options).Pack();
}

}  // namespace argosy::retrieval
