// WordPiece: the longest token that begins a word, then the longest that goes on with it; a word
// that cannot be covered is one unknown token (Devlin et al. 2018; Wu et al. 2016).
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "model/tokenizers/token_model.h"
#include "model/tokenizers/vocabulary.h"

namespace argosy::tokenizers {

struct WordPieceOptions {
    /// Marks what continues a word; or where `begin_mark` is not empty (GGUF), what begins one is
    /// marked and continuations are bare.
    std::string continuing_prefix = "##";
    std::string begin_mark;
    TokenId unknown = -1;
    size_t max_characters = 100;  // longer words are unknown
};

std::unique_ptr<TokenModel> MakeWordPiece(const Vocabulary& vocabulary,
                                          const WordPieceOptions& options);

}  // namespace argosy::tokenizers
