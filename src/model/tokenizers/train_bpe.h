// Learning a byte-level BPE vocabulary from text: the pair of neighbouring tokens that is most
// frequent within words becomes a token, until there are enough (Sennrich, Haddow, Birch 2016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/tokenizers/normalizer.h"
#include "model/tokenizers/pre_tokenizer.h"

namespace argosy::tokenizers {

/// How often each word of the texts stands in them, as a pre-tokenizer cuts words.
/// Thread-compatible.
class WordCounter {
  public:
    /// For byte-level BPE. `pre` as in tokenizer.ggml.pre. Error: kUnsupported naming the known
    /// ones.
    static Result<WordCounter> ForBpe(std::string_view pre);
    /// BERT's words: lower case, without accents; each counted with a space before it, so that its
    /// beginning is told from its middle.
    static WordCounter ForWordPiece();

    void Add(std::string_view text);
    const std::map<std::string, uint64_t>& words() const { return words_; }

  private:
    WordCounter() = default;

    Normalizers normalizers_;
    PreTokenizers pre_tokenizers_;
    std::string_view word_start_;
    std::map<std::string, uint64_t> words_;  // bytes
};

struct BpeVocabulary {
    std::vector<std::string> tokens;  // in byte_alphabet.h's characters, the 256 bytes first
    std::vector<std::string> merges;  // "left right", in the order they are to be made
};

/// A vocabulary of at most `size` tokens (at least 256); fewer where no pair is left that stands
/// twice. Of equally frequent pairs the first in byte order is taken: the same words give the same
/// vocabulary.
BpeVocabulary TrainBpe(const std::map<std::string, uint64_t>& words, size_t size);

}  // namespace argosy::tokenizers
