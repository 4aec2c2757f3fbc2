// Cutting text into words before the model sees it: tokenizer.json's pre_tokenizer, as a chain of
// steps each of which takes one piece and gives several. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy::tokenizers {

struct Piece {
    std::string_view text;
    bool at_start;  // nothing of the input lies before it
};

class PieceSink {
  public:
    virtual ~PieceSink() = default;
    /// `piece.text` lives as long as the call.
    virtual void Take(Piece piece) = 0;
};

class PreTokenizer {
  public:
    virtual ~PreTokenizer() = default;
    /// Gives the pieces of `piece` in order; empty ones are left out.
    virtual void Split(Piece piece, PieceSink& sink) const = 0;
};

using PreTokenizers = std::vector<std::unique_ptr<PreTokenizer>>;

/// Runs `piece` through all steps.
void RunPreTokenizers(const PreTokenizers& steps, Piece piece, PieceSink& sink);

/// What becomes of the text between and in the matches of a pattern.
enum class SplitBehavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

/// A part of a text, and whether the pattern matched it.
struct Part {
    size_t begin, end;
    bool matched;
};
/// Gives the pieces that `parts` (which cover the text) are joined or dropped to.
void SplitParts(Piece piece, const std::vector<Part>& parts, SplitBehavior behavior,
                PieceSink& sink);

/// Splits by a regular expression. kInvalidArgument where it does not compile. The patterns of
/// GPT-2, Llama 3 and Qwen2 run as code of their own.
Result<std::unique_ptr<PreTokenizer>> MakeRegexSplit(std::string_view pattern,
                                                     SplitBehavior behavior, bool invert);
std::unique_ptr<PreTokenizer> MakeLiteralSplit(std::string text, SplitBehavior behavior,
                                               bool invert);

/// Splits where a class of characters begins or ends.
enum class CharacterClass { kSpace, kPunctuation, kNumber };
std::unique_ptr<PreTokenizer> MakeClassSplit(CharacterClass kind, SplitBehavior behavior);

/// BERT's: without spaces, each punctuation character a piece.
void AppendBertPreTokenizers(PreTokenizers& steps);
/// Byte-level BPE's leading space, where the text has none. Its regular expression is a step of its
/// own.
std::unique_ptr<PreTokenizer> MakeLeadingSpace();
/// Bytes written as the characters of byte_alphabet.h, for models that are not over bytes.
std::unique_ptr<PreTokenizer> MakeByteCharacters();

enum class PrependScheme { kAlways, kFirst, kNever };
/// SentencePiece's spaces: ' ' becomes `mark`, one is put in front, words begin with one.
std::unique_ptr<PreTokenizer> MakeMetaspace(std::string mark, PrependScheme scheme, bool split);

inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

}  // namespace argosy::tokenizers
