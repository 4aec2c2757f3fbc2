#include "model/tokenizers/vocabulary.h"

#include <utility>

namespace argosy::tokenizers {

Result<void> Vocabulary::Set(int64_t id, std::string text, TokenKind kind) {
    if (id < 0 || id >= kMaxTokens) {
        return Err(ErrorCode::kCorrupt, "token \"{}\" has id {}; ids go from 0 to {}",
                   text.substr(0, 64), id, kMaxTokens - 1);
    }
    const auto index = static_cast<size_t>(id);
    if (index >= texts_.size()) {
        texts_.resize(index + 1);
        kinds_.resize(index + 1, TokenKind::kUnused);
    }
    texts_[index] = std::move(text);
    kinds_[index] = kind;
    return {};
}

void Vocabulary::Index() {
    index_.Reserve(texts_.size());
    for (const bool unused : {false, true}) {
        for (TokenId id = 0; id < size(); ++id) {
            if ((Kind(id) == TokenKind::kUnused) != unused || Text(id).empty()) continue;
            index_.Add(Text(id), id);
        }
    }
}

}  // namespace argosy::tokenizers
