#include "model/learn_vocabulary.h"

#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "base/json_lines.h"
#include "base/line_reader.h"
#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/train_bpe.h"
#include "model/tokenizers/utf8.h"
#include "model/vocabulary_builder.h"

namespace argosy {

namespace {

void CountStrings(const json::value& value, tokenizers::WordCounter& counter) {
    if (value.is_string()) {
        counter.Add(value.get_string());
    } else if (value.is_array()) {
        for (const json::value& element : value.get_array()) CountStrings(element, counter);
    } else if (value.is_object()) {
        for (const auto& member : value.get_object()) CountStrings(member.value(), counter);
    }
}

Result<void> CountFile(const std::filesystem::path& path, tokenizers::WordCounter& counter) {
    if (path.extension() == ".jsonl") {
        return ForEachJsonLine(path, [&counter](const json::value& row) -> Result<void> {
            CountStrings(row, counter);
            return {};
        });
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) return Err(ErrorCode::kNotFound, "cannot open {}", path.string());
    LineReader lines(in);
    std::string line;
    while (true) {
        ARGOSY_TRY(const bool more, lines.Next(line));
        if (!more) return {};
        counter.Add(line + "\n");
    }
}

using Words = std::map<std::string, uint64_t>;

Result<void> Enough(size_t tokens, int64_t size) {
    if (tokens >= static_cast<size_t>(size)) return {};
    return Err(ErrorCode::kInvalidArgument,
               "the text is enough for a vocabulary of {} tokens, not of {}", tokens, size);
}

Result<void> LearnBpe(const Words& words, int64_t size, std::string_view pre, Metadata& metadata) {
    tokenizers::BpeVocabulary learned =
        tokenizers::TrainBpe(words, static_cast<size_t>(size) - kByteBpeSpecials);
    ARGOSY_CHECK_OK(Enough(learned.tokens.size() + kByteBpeSpecials, size));
    VocabularyBuilder v;
    for (std::string& token : learned.tokens) v.Add(token, kNormal);
    v.merges = std::move(learned.merges);
    StoreByteBpe(std::move(v), pre, metadata);
    return {};
}

// The tokens of a BPE, the most frequent first; WordPiece takes the longest one that fits.
Result<void> LearnWordPiece(const Words& words, int64_t size, Metadata& metadata) {
    VocabularyBuilder v = WordPieceCharacters();
    const auto limit = static_cast<size_t>(size);
    constexpr std::string_view kSpace = "Ġ";  // byte-level BPE's
    for (const std::string& token : tokenizers::TrainBpe(words, limit + 256).tokens) {
        const std::string bytes = tokenizers::BytesOfText(token).value_or("");
        const bool begins = token.starts_with(kSpace);
        if (v.tokens.size() >= limit || bytes.size() < (begins ? 3U : 2U)) continue;
        if (!tokenizers::IsValidUtf8(bytes)) continue;  // a part of a character
        v.Add(begins ? "▁" + bytes.substr(1) : bytes, kNormal);
    }
    ARGOSY_CHECK_OK(Enough(v.tokens.size(), size));
    StoreWordPiece(std::move(v), metadata);
    return {};
}

}  // namespace

Result<void> AddLearnedVocabulary(const std::vector<std::filesystem::path>& files,
                                  std::string_view kind, int64_t size, std::string_view pre,
                                  Metadata& metadata) {
    if (kind != "bpe" && kind != "wordpiece") {
        return Err(ErrorCode::kInvalidArgument,
                   "a vocabulary is learned for the tokenizers bpe and wordpiece, not for {}",
                   kind);
    }
    const bool bpe = kind == "bpe";
    ARGOSY_TRY(tokenizers::WordCounter counter, bpe ? tokenizers::WordCounter::ForBpe(pre)
                                                    : tokenizers::WordCounter::ForWordPiece());
    for (const std::filesystem::path& file : files) ARGOSY_CHECK_OK(CountFile(file, counter));
    return bpe ? LearnBpe(counter.words(), size, pre, metadata)
               : LearnWordPiece(counter.words(), size, metadata);
}

}  // namespace argosy
