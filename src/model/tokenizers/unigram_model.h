// SentencePiece's unigram model: the way through the text with the highest sum of token scores
// (Viterbi; Kudo 2018). Linear in the text's length.
#pragma once

#include <memory>
#include <vector>

#include "model/tokenizers/token_model.h"
#include "model/tokenizers/vocabulary.h"

namespace argosy::tokenizers {

struct UnigramOptions {
    TokenId unknown = -1;
    bool byte_fallback = false;
};

/// `scores` by id; ids behind its end are not part of the model. Error kCorrupt for a score that is
/// no number.
Result<std::unique_ptr<TokenModel>> MakeUnigram(const Vocabulary& vocabulary,
                                                std::vector<double> scores,
                                                const UnigramOptions& options);

}  // namespace argosy::tokenizers
