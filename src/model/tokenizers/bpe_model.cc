#include "model/tokenizers/bpe_model.h"

#include <algorithm>
#include <numeric>

#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581, SentencePiece's space
constexpr uint8_t kYes = 1, kNo = 2;

bool MayStandForWord(TokenKind kind) {
    return kind == TokenKind::kNormal || kind == TokenKind::kUserDefined;
}

}  // namespace

BpeModel::BpeModel(const Vocabulary& vocabulary, BpeOptions options)
    : vocabulary_(vocabulary),
      options_(std::move(options)),
      whole_(static_cast<size_t>(vocabulary.size())) {
    byte_tokens_.fill(-1);
    words_.Reserve(static_cast<size_t>(vocabulary.size()));
    if (options_.bytes) byte_texts_.resize(static_cast<size_t>(vocabulary.size()));
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        const std::string& text = vocabulary.Text(id);
        if (!options_.bytes) {
            const int byte = ByteOfHexToken(text);
            if (byte >= 0) byte_tokens_[static_cast<size_t>(byte)] = id;
            if (MayStandForWord(vocabulary.Kind(id))) words_.Add(text, id);
            continue;
        }
        auto bytes = BytesOfText(text);
        if (!bytes || bytes->empty() || !MayStandForWord(vocabulary.Kind(id))) continue;
        std::string& kept = byte_texts_[static_cast<size_t>(id)];
        kept = *std::move(bytes);
        words_.Add(kept, id);
        TokenId& single = byte_tokens_[static_cast<unsigned char>(kept[0])];
        if (kept.size() == 1 && single < 0) single = id;
    }
    if (!options_.bytes) FindSpaceCuts();
}

/// Where no token has a space behind something else, nothing is ever merged across the beginning of
/// a word: words can be merged one by one, and long texts cost no more than their words.
void BpeModel::FindSpaceCuts() {
    cut_at_spaces_ = words_.Find(kSpaceMark) >= 0 && options_.continuing_prefix.empty() &&
                     options_.end_suffix.empty() && !options_.ignore_merges;
    for (TokenId id = 0; cut_at_spaces_ && id < vocabulary_.size(); ++id) {
        if (!MayStandForWord(vocabulary_.Kind(id))) continue;
        const std::string_view text = vocabulary_.Text(id);
        for (size_t at = text.find(kSpaceMark); at != text.npos;
             at = text.find(kSpaceMark, at + kSpaceMark.size())) {
            if (at > 0 && !text.substr(0, at).ends_with(kSpaceMark)) cut_at_spaces_ = false;
        }
    }
}

Result<std::unique_ptr<BpeModel>> BpeModel::FromMerges(
    const Vocabulary& vocabulary, BpeOptions options,
    const std::vector<std::pair<std::string_view, std::string_view>>& merges, bool skip_bad) {
    std::unique_ptr<BpeModel> model(new BpeModel(vocabulary, std::move(options)));
    model->merges_.Reserve(merges.size());
    const std::string_view prefix = model->options_.continuing_prefix;
    std::string text;
    TokenId id = -1;
    for (size_t i = 0; i < merges.size(); ++i) {
        const auto& [left, right] = merges[i];
        text = left;
        text += right.starts_with(prefix) ? right.substr(prefix.size()) : right;
        const TokenId left_id = vocabulary.Find(left), right_id = vocabulary.Find(right);
        // Trained vocabularies have their tokens in the order of their merges.
        ++id;
        if (!vocabulary.Has(id) || vocabulary.Text(id) != text) id = vocabulary.Find(text);
        if (left_id < 0 || right_id < 0 || id < 0) {
            if (skip_bad) continue;
            return Err(ErrorCode::kCorrupt,
                       "merge {}, \"{}\" and \"{}\", makes or takes what is no token", i, left,
                       right);
        }
        model->merges_.Add(left_id, right_id, {static_cast<uint32_t>(i), id});
    }
    return model;
}

std::unique_ptr<BpeModel> BpeModel::FromScores(const Vocabulary& vocabulary, BpeOptions options,
                                               const std::vector<double>& scores) {
    std::unique_ptr<BpeModel> model(new BpeModel(vocabulary, std::move(options)));
    std::vector<TokenId> order(static_cast<size_t>(vocabulary.size()));
    std::iota(order.begin(), order.end(), 0);
    const auto score = [&](TokenId id) {
        const auto index = static_cast<size_t>(id);
        const double value = index < scores.size() ? scores[index] : 0;
        return value == value ? value : -1e30;  // a NaN would not sort
    };
    std::sort(order.begin(), order.end(), [&](TokenId a, TokenId b) {
        return score(a) != score(b) ? score(a) > score(b) : a < b;
    });
    model->by_score_ = true;
    model->ranks_.resize(order.size());
    uint32_t rank = 0;
    for (size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && score(order[i]) < score(order[i - 1])) ++rank;
        model->ranks_[static_cast<size_t>(order[i])] = rank;
    }
    return model;
}

void BpeModel::Tokenize(std::string_view word, std::vector<TokenId>& out) const {
    if (cut_at_spaces_) {
        size_t begin = 0;
        for (size_t at = word.find(kSpaceMark); at != word.npos;
             at = word.find(kSpaceMark, at + kSpaceMark.size())) {
            if (at == begin || word.substr(0, at).ends_with(kSpaceMark)) continue;
            TokenizePart(word.substr(begin, at - begin), out);
            begin = at;
        }
        word.remove_prefix(begin);
    }
    TokenizePart(word, out);
}

void BpeModel::TokenizePart(std::string_view part, std::vector<TokenId>& out) const {
    if (part.size() > UINT32_MAX / 2) {  // offsets are 32 bits wide
        size_t middle = part.size() / 2;
        while ((static_cast<unsigned char>(part[middle]) & 0xC0) == 0x80) ++middle;
        TokenizePart(part.substr(0, middle), out);
        TokenizePart(part.substr(middle), out);
        return;
    }
    const TokenId word = words_.Find(part);
    if (word >= 0) {
        std::atomic<uint8_t>& whole = whole_[static_cast<size_t>(word)];
        if (options_.ignore_merges || whole.load(std::memory_order_relaxed) == kYes) {
            out.push_back(word);
            return;
        }
    }
    thread_local std::vector<Symbol> symbols;
    MergeWord(part, symbols);
    if (word >= 0) {
        const bool whole = symbols.size() == 1 && symbols[0].id == word;
        whole_[static_cast<size_t>(word)].store(whole ? kYes : kNo, std::memory_order_relaxed);
    }
    for (const Symbol& symbol : symbols) {
        if (symbol.id >= 0) {
            out.push_back(symbol.id);
        } else if (by_score_) {
            EndWithBytes(part, symbol, out);
        }
    }
    if (symbols.capacity() > 4096) symbols = {};
}

void BpeModel::MergeWord(std::string_view part, std::vector<Symbol>& symbols) const {
    symbols.clear();
    if (options_.bytes) {
        StartWithBytes(part, symbols);
    } else {
        StartWithCharacters(part, symbols);
    }
    if (!by_score_) {
        MergeSymbols(symbols, [this](const Symbol& left, const Symbol& right) {
            return merges_.Find(left.id, right.id);
        });
        return;
    }
    MergeSymbols(symbols, [this, part](const Symbol& left, const Symbol& right) -> Merge {
        const TokenId id = words_.Find(part.substr(left.begin, right.end - left.begin));
        if (id < 0) return {};
        return {ranks_[static_cast<size_t>(id)], id};
    });
}

void BpeModel::StartWithBytes(std::string_view part, std::vector<Symbol>& symbols) const {
    for (uint32_t i = 0; i < part.size(); ++i) {
        TokenId id = byte_tokens_[static_cast<unsigned char>(part[i])];
        if (id < 0) id = options_.unknown;
        if (id >= 0) symbols.push_back({id, i, i + 1});
    }
}

/// SentencePiece merges characters that are no tokens too, so they stay symbols; elsewhere they
/// become bytes or unknown tokens before merging.
void BpeModel::StartWithCharacters(std::string_view part, std::vector<Symbol>& symbols) const {
    Symbol unknown{-1, 0, 0};  // not yet written
    std::string decorated;
    for (size_t at = 0; at < part.size();) {
        const size_t length = std::min(Utf8Length(part[at]), part.size() - at);
        const auto begin = static_cast<uint32_t>(at);
        const auto end = static_cast<uint32_t>(at + length);
        std::string_view character = part.substr(at, length);
        at += length;
        if (!options_.continuing_prefix.empty() || !options_.end_suffix.empty()) {
            decorated = begin > 0 ? options_.continuing_prefix : std::string();
            decorated += character;
            if (at == part.size()) decorated += options_.end_suffix;
            character = decorated;
        }
        const TokenId id = words_.Find(character);
        if (id >= 0 || by_score_) {
            if (unknown.id >= 0) symbols.push_back(unknown);
            unknown.id = -1;
            symbols.push_back({id, begin, end});
            continue;
        }
        if (options_.byte_fallback && AppendByteTokens(character, begin, symbols)) continue;
        if (options_.unknown < 0) continue;
        if (unknown.id >= 0 && options_.fuse_unknown) {
            unknown.end = end;
            continue;
        }
        if (unknown.id >= 0) symbols.push_back(unknown);
        unknown = {options_.unknown, begin, end};
    }
    if (unknown.id >= 0) symbols.push_back(unknown);
}

bool BpeModel::AppendByteTokens(std::string_view character, uint32_t begin,
                                std::vector<Symbol>& symbols) const {
    for (const char byte : character) {
        if (byte_tokens_[static_cast<unsigned char>(byte)] < 0) return false;
    }
    for (const char byte : character) {
        symbols.push_back({byte_tokens_[static_cast<unsigned char>(byte)], begin, begin + 1});
        ++begin;
    }
    return true;
}

void BpeModel::EndWithBytes(std::string_view part, const Symbol& symbol,
                            std::vector<TokenId>& out) const {
    for (uint32_t i = symbol.begin; i < symbol.end; ++i) {
        const TokenId byte = byte_tokens_[static_cast<unsigned char>(part[i])];
        if (byte < 0) {
            if (options_.unknown >= 0) out.push_back(options_.unknown);
            return;
        }
        out.push_back(byte);
    }
}

}  // namespace argosy::tokenizers
