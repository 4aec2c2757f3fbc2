#include "retrieval/split/token_splitter.h"

#include <algorithm>
#include <utility>

#include "retrieval/split/text_span.h"

namespace argosy::retrieval {

namespace {

struct Word {
    Span span;          // with the white space before it, as most tokenizers join it
    size_t tokens = 0;  // encoded alone
};

class TokenCutter {
  public:
    TokenCutter(const Tokenizer& tokenizer, const TokenOptions& options, std::string_view text)
        : tokenizer_(tokenizer), options_(options), text_(text) {}

    std::vector<Span> Cut() {
        FindWords();
        std::vector<Span> spans;
        size_t first = 0;
        size_t covered = 0;  // words that have been in a chunk
        while (covered < words_.size()) {
            const size_t end = EndOf(first, covered);
            spans.push_back(Range(first, end));
            covered = end;
            first = NextFirst(first, end);
        }
        return spans;
    }

  private:
    size_t Count(Span span) const {
        const Span bare = Strip(text_, span);
        return tokenizer_.Encode(bare.Of(text_), {.add_special = false, .parse_special = false})
            .size();
    }

    Span Range(size_t first, size_t end) const {
        return {words_[first].span.begin, words_[end - 1].span.end};
    }

    void FindWords() {
        for (size_t at = 0; at < text_.size();) {
            const size_t begin = at;
            while (at < text_.size() && IsSpace(CodePointAt(text_, at).value)) Step(at);
            while (at < text_.size() && !IsSpace(CodePointAt(text_, at).value)) Step(at);
            AddWord({begin, at});
        }
    }

    void Step(size_t& at) const { at = CodePointAt(text_, at).next; }

    // A word of too many tokens becomes several: the longest beginning that fits, and so on.
    void AddWord(Span span) {
        for (size_t tokens = Count(span); tokens > options_.max_tokens; tokens = Count(span)) {
            const Span head{span.begin, LongestFit(span)};
            words_.push_back({head, Count(head)});
            span.begin = head.end;
            if (span.empty()) return;
        }
        words_.push_back({span, Count(span)});
    }

    size_t LongestFit(Span span) const {
        size_t fits = 1;  // code points; one is taken whatever it costs
        // No token begins more code points than a tokenizer's longest word: doubling finds the
        // range.
        size_t fails = CountCodePoints(span.Of(text_));
        for (size_t step = options_.max_tokens; fits + step < fails; step *= 2) {
            if (!Fits(span.begin, fits + step))
                fails = fits + step;
            else
                fits += step;
        }
        while (fails - fits > 1) {
            const size_t middle = fits + (fails - fits) / 2;
            (Fits(span.begin, middle) ? fits : fails) = middle;
        }
        return Advance(text_, span.begin, fits);
    }

    bool Fits(size_t begin, size_t code_points) const {
        return Count({begin, Advance(text_, begin, code_points)}) <= options_.max_tokens;
    }

    // Greedy by the sum of the words, then checked by encoding the whole: neighbours may need more
    // tokens together than apart.
    size_t EndOf(size_t first, size_t covered) const {
        size_t tokens = 0;
        size_t end = first;
        while (end < words_.size() &&
               (end <= covered || tokens + words_[end].tokens <= options_.max_tokens)) {
            tokens += words_[end].tokens;
            ++end;
        }
        while (end > covered + 1 && Count(Range(first, end)) > options_.max_tokens) --end;
        return end;
    }

    size_t NextFirst(size_t first, size_t end) const {
        size_t next = end;
        size_t tokens = 0;
        while (next > first + 1 && tokens + words_[next - 1].tokens <= options_.overlap_tokens) {
            tokens += words_[--next].tokens;
        }
        // The new word must fit behind what is repeated.
        while (end < words_.size() && next < end &&
               Count(Range(next, end + 1)) > options_.max_tokens) {
            ++next;
        }
        return next;
    }

    const Tokenizer& tokenizer_;
    const TokenOptions& options_;
    std::string_view text_;
    std::vector<Word> words_;
};

}  // namespace

Result<TokenSplitter> TokenSplitter::Make(std::shared_ptr<const Tokenizer> tokenizer,
                                          TokenOptions options) {
    if (options.max_tokens == 0 || options.overlap_tokens >= options.max_tokens) {
        return Err(ErrorCode::kInvalidArgument,
                   "chunks of {} tokens with an overlap of {}: there must be at least 1, and the "
                   "overlap smaller",
                   options.max_tokens, options.overlap_tokens);
    }
    return TokenSplitter(std::move(tokenizer), options);
}

std::vector<Chunk> TokenSplitter::Split(const Document& document) const {
    TokenCutter cutter(*tokenizer_, options_, document.text);
    std::vector<Chunk> chunks;
    for (const Span& span : cutter.Cut()) {
        const Span kept = Strip(document.text, span);
        if (kept.empty()) continue;
        chunks.push_back(
            MakeChunk(document, chunks.size(), kept.begin, std::string(kept.Of(document.text))));
    }
    return chunks;
}

}  // namespace argosy::retrieval
