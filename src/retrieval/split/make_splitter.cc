#include "retrieval/split/make_splitter.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "retrieval/split/markdown_splitter.h"
#include "retrieval/split/recursive_splitter.h"
#include "retrieval/split/row_splitter.h"
#include "retrieval/split/sentence_splitter.h"
#include "retrieval/split/strict_splitter.h"
#include "retrieval/split/token_splitter.h"

namespace argosy::retrieval {

namespace {

// In the order of SplitterKind.
const std::vector<std::string>& Names() {
    static const std::vector<std::string> names = {"recursive", "strict", "markdown",
                                                   "sentence",  "token",  "row"};
    return names;
}

template <typename Kind>
Result<std::unique_ptr<Splitter>> Owned(Result<Kind> made) {
    if (!made) return std::unexpected(std::move(made.error()));
    return std::make_unique<Kind>(std::move(*made));
}

}  // namespace

Result<SplitterKind> ParseSplitterKind(std::string_view name) {
    const auto found = std::ranges::find(Names(), name);
    if (found != Names().end()) return static_cast<SplitterKind>(found - Names().begin());
    const std::string nearest = NearestWord(name, Names());
    return Err(ErrorCode::kInvalidArgument,
               "no splitter '{}'; there are recursive, strict, markdown, sentence, token, row{}",
               name, nearest.empty() ? "" : " (did you mean '" + nearest + "'?)");
}

Result<std::unique_ptr<Splitter>> MakeSplitter(SplitterKind kind, RecursiveOptions options,
                                               std::shared_ptr<const Tokenizer> tokenizer) {
    switch (kind) {
        case SplitterKind::kRecursive:
            return Owned(RecursiveSplitter::Make(std::move(options)));
        case SplitterKind::kStrict:
            return Owned(StrictSplitter::Make(std::move(options)));
        case SplitterKind::kMarkdown:
            return Owned(MarkdownSplitter::Make(std::move(options)));
        case SplitterKind::kSentence:
            return Owned(SentenceSplitter::Make(std::move(options)));
        case SplitterKind::kRow:
            return std::make_unique<RowSplitter>();
        case SplitterKind::kToken:
            break;
    }
    if (!tokenizer) {
        return Err(ErrorCode::kInvalidArgument,
                   "the splitter 'token' counts by a model's tokenizer, and none is given");
    }
    return Owned(
        TokenSplitter::Make(std::move(tokenizer), {options.chunk_size, options.chunk_overlap}));
}

}  // namespace argosy::retrieval
