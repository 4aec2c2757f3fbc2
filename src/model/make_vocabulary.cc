#include "model/make_vocabulary.h"

#include <string>
#include <utility>
#include <vector>

#include "model/tokenizers/byte_alphabet.h"
#include "model/vocabulary_builder.h"

namespace argosy {

namespace {

constexpr std::string_view kWords[] = {
    "the",   "of",    "and",   "to",     "in",    "is",    "that",  "for",  "it",    "with",
    "as",    "was",   "on",    "be",     "at",    "by",    "this",  "have", "from",  "or",
    "one",   "had",   "not",   "but",    "what",  "all",   "were",  "when", "we",    "there",
    "can",   "an",    "your",  "which",  "their", "said",  "if",    "do",   "will",  "each",
    "about", "how",   "up",    "out",    "them",  "then",  "she",   "many", "some",  "so",
    "these", "would", "other", "into",   "has",   "more",  "her",   "two",  "like",  "him",
    "see",   "time",  "could", "no",     "make",  "than",  "first", "been", "its",   "who",
    "now",   "my",    "made",  "over",   "did",   "down",  "only",  "way",  "find",  "use",
    "may",   "water", "long",  "little", "very",  "after", "words", "just", "where", "most",
    "know",  "hello", "world", "you",    "are",   "he",    "I",     "they", "his",   "ing",
};

std::vector<std::string> Syllables() {
    std::vector<std::string> syllables;
    for (const char consonant : std::string_view("btkdmnlrspgvfzhjwxcqy")) {
        for (const char vowel : std::string_view("aeiou")) {
            syllables.push_back(std::string{consonant, vowel});
        }
    }
    return syllables;
}

/// Fills up to `limit` tokens: words, syllables, then words of two, three and more syllables;
/// `space` is how a leading space is written ("Ġ", "▁").
void FillWithWords(VocabularyBuilder& v, const std::string& space, size_t limit) {
    for (const std::string_view word : kWords) {
        v.MergeWord(space, word, limit);
        v.MergeWord("", word, limit);
    }
    const std::vector<std::string> syllables = Syllables();
    std::vector<std::string> stems = {space, ""};
    while (v.tokens.size() < limit) {
        std::vector<std::string> longer;
        for (const std::string& stem : stems) {
            for (const std::string& syllable : syllables) {
                if (v.tokens.size() >= limit) return;
                v.Merge(syllable.substr(0, 1), syllable.substr(1), limit);
                if (!stem.empty()) v.Merge(stem, syllable, limit);
                longer.push_back(stem + syllable);
            }
        }
        stems = std::move(longer);
    }
}

void AddByteBpe(int64_t size, std::string_view pre, Metadata& metadata) {
    VocabularyBuilder v;
    for (int byte = 0; byte < 256; ++byte) {
        v.Add(std::string(tokenizers::ByteCharacter(static_cast<uint8_t>(byte))), kNormal);
    }
    FillWithWords(v, "Ġ", static_cast<size_t>(size) - kByteBpeSpecials);
    StoreByteBpe(std::move(v), pre, metadata);
}

void AddSentencePiece(int64_t size, Metadata& metadata) {
    VocabularyBuilder v;
    v.Add("<unk>", kUnknown);
    v.Add("<s>", kControl);
    v.Add("</s>", kControl);
    const int64_t end_of_turn = v.Add("<|im_end|>", kControl);
    v.Add("<|im_start|>", kControl);
    for (const std::string_view token : kToolTokens) v.Add(std::string(token), kUserDefined);
    for (int byte = 0; byte < 256; ++byte) v.Add(fmt::format("<0x{:02X}>", byte), kByte);
    // Letters before their words: single characters are what merging starts from. A small
    // vocabulary writes the others by their bytes.
    v.Add("▁", kNormal, -1e6);
    const auto limit = static_cast<size_t>(size);
    for (const std::string_view range : {"az", "AZ", "09", "!/", ":@"}) {
        for (char c = range[0]; c <= range[1] && v.tokens.size() < limit; ++c) {
            v.Add(std::string(1, c), kNormal, -1e6);
        }
    }
    FillWithWords(v, "▁", limit);
    metadata["tokenizer.ggml.pre"] = std::string("default");
    metadata["tokenizer.ggml.scores"] = MetaArray(v.scores);
    metadata["tokenizer.ggml.unknown_token_id"] = int64_t{0};
    metadata["tokenizer.ggml.bos_token_id"] = int64_t{1};
    metadata["tokenizer.ggml.eos_token_id"] = end_of_turn;
    metadata["tokenizer.ggml.padding_token_id"] = int64_t{0};
    metadata["tokenizer.ggml.add_bos_token"] = true;
    metadata["tokenizer.ggml.add_eos_token"] = false;
    metadata["tokenizer.ggml.add_space_prefix"] = true;
    metadata["tokenizer.chat_template"] = std::string(kChatTemplate);
    StoreTokens(std::move(v), "llama", metadata);
}

void AddWordPiece(int64_t size, Metadata& metadata) {
    VocabularyBuilder v = WordPieceCharacters();
    const auto limit = static_cast<size_t>(size);
    for (const std::string_view word : kWords) {
        if (v.tokens.size() < limit && word != "I") v.Add("▁" + std::string(word), kNormal);
    }
    std::vector<std::string> stems = {""};
    while (v.tokens.size() < limit) {
        std::vector<std::string> longer;
        for (const std::string& stem : stems) {
            for (const std::string& syllable : Syllables()) {
                longer.push_back(stem + syllable);
                if (v.tokens.size() < limit) v.Add("▁" + longer.back(), kNormal);
                if (v.tokens.size() < limit) v.Add(longer.back(), kNormal);
            }
        }
        stems = std::move(longer);
    }
    StoreWordPiece(std::move(v), metadata);
}

}  // namespace

void AddVocabulary(std::string_view kind, int64_t size, std::string_view pre, Metadata& metadata) {
    if (kind == "spm") {
        AddSentencePiece(size, metadata);
    } else if (kind == "wordpiece") {
        AddWordPiece(size, metadata);
    } else {
        AddByteBpe(size, pre, metadata);
    }
}

}  // namespace argosy
