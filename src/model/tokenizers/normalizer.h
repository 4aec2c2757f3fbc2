// What is done to text before it is cut into words: tokenizer.json's normalizer. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/tokenizers/regex.h"

namespace argosy::tokenizers {

class Normalizer {
  public:
    virtual ~Normalizer() = default;
    /// Changes `text` (valid UTF-8) in place.
    virtual void Normalize(std::string& text) const = 0;
};

using Normalizers = std::vector<std::unique_ptr<Normalizer>>;

enum class UnicodeForm { kNfc, kNfd, kNfkc, kNfkd };
std::unique_ptr<Normalizer> MakeUnicodeForm(UnicodeForm form);
std::unique_ptr<Normalizer> MakeLowercase();
/// Removes all marks; the text is decomposed before.
std::unique_ptr<Normalizer> MakeStripAccents();
/// Spaces at the ends.
std::unique_ptr<Normalizer> MakeStrip(bool left, bool right);
std::unique_ptr<Normalizer> MakePrepend(std::string prefix);
std::unique_ptr<Normalizer> MakeReplace(std::string from, std::string to);
std::unique_ptr<Normalizer> MakeReplace(Regex from, std::string to);
/// One space for each run of them, none at the ends.
std::unique_ptr<Normalizer> MakeRemoveExtraSpaces();
/// What sentencepiece's own models do away with: control characters, odd spaces.
std::unique_ptr<Normalizer> MakeNmt();

struct BertNormalizerOptions {
    bool clean_text = true;
    bool separate_chinese = true;
    bool strip_accents = true;
    bool lowercase = true;
};
std::unique_ptr<Normalizer> MakeBertNormalizer(const BertNormalizerOptions& options);

/// SentencePiece's compiled character map: a double-array trie and the texts it leads to.
/// kCorrupt where its sizes do not fit.
Result<std::unique_ptr<Normalizer>> MakeCharacterMap(std::string blob);

}  // namespace argosy::tokenizers
