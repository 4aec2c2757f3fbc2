// The tokens of a tokenizer: id -> text and kind, text -> id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/tokenizer.h"
#include "model/tokenizers/string_ids.h"

namespace argosy::tokenizers {

/// As tokenizer.ggml.token_type numbers them.
enum class TokenKind : uint8_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 3,
    kUserDefined = 4,
    kUnused = 5,
    kByte = 6,
};

/// More ids than any real vocabulary has; bounds what a hostile file can make us allocate.
inline constexpr int64_t kMaxTokens = 1 << 24;

class Vocabulary {
  public:
    Vocabulary() = default;
    Vocabulary(const Vocabulary&) = delete;
    Vocabulary& operator=(const Vocabulary&) = delete;

    /// Ids in between that nobody sets are unused. kCorrupt for an id that is none.
    Result<void> Set(int64_t id, std::string text, TokenKind kind);
    /// Builds the index; once, after the last Set. Of two equal texts the one with the lower id is
    /// found, normal ones before unused ones.
    void Index();

    int32_t size() const { return static_cast<int32_t>(texts_.size()); }
    bool Has(TokenId id) const { return id >= 0 && id < size(); }
    /// The id, or -1.
    TokenId Find(std::string_view text) const { return index_.Find(text); }
    const std::string& Text(TokenId id) const { return texts_[static_cast<size_t>(id)]; }
    TokenKind Kind(TokenId id) const { return kinds_[static_cast<size_t>(id)]; }
    void SetKind(TokenId id, TokenKind kind) { kinds_[static_cast<size_t>(id)] = kind; }
    bool IsControl(TokenId id) const {
        return Has(id) && (Kind(id) == TokenKind::kControl || Kind(id) == TokenKind::kUnknown);
    }

  private:
    std::vector<std::string> texts_;
    std::vector<TokenKind> kinds_;
    StringIds index_;
};

}  // namespace argosy::tokenizers
