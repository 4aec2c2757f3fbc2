// A splitter by its name in a KnowledgeBase.
#pragma once

#include <memory>
#include <string_view>

#include "model/tokenizer.h"
#include "retrieval/split/recursive_options.h"
#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

enum class SplitterKind { kRecursive, kStrict, kMarkdown, kSentence, kToken, kRow };

/// From "recursive", "strict", "markdown", "sentence", "token", "row". kInvalidArgument lists them.
Result<SplitterKind> ParseSplitterKind(std::string_view name);

/// Sizes of `options` count tokens for kToken, which needs the tokenizer; kRow takes no notice of
/// them. Errors: those of each kind's Make; kInvalidArgument for a missing tokenizer.
Result<std::unique_ptr<Splitter>> MakeSplitter(SplitterKind kind, RecursiveOptions options,
                                               std::shared_ptr<const Tokenizer> tokenizer = {});

}  // namespace argosy::retrieval
