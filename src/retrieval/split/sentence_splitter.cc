#include "retrieval/split/sentence_splitter.h"

#include "retrieval/split/pack_spans.h"
#include "retrieval/split/sentences.h"
#include "retrieval/split/strict_splitter.h"

namespace argosy::retrieval {

Result<SentenceSplitter> SentenceSplitter::Make(RecursiveOptions options) {
    ARGOSY_CHECK_OK(StrictSplitter::Make(options));
    if (options.separators.empty()) options.separators = RecursiveOptions().separators;
    return SentenceSplitter(std::move(options));
}

std::vector<Chunk> SentenceSplitter::Split(const Document& document) const {
    const std::vector<Span> spans =
        PackSpans(document.text, FindSentences(document.text), options_);
    return ChunksOf(document, spans, options_.strip_whitespace);
}

}  // namespace argosy::retrieval
