#include "model/tokenizers/added_tokens.h"

#include <algorithm>
#include <utility>

#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

bool EndsWithWord(std::string_view text) {
    if (text.empty()) return false;
    size_t at = PreviousCharacter(text, text.size());
    return IsWordCharacter(NextCodePoint(text, at));
}

bool BeginsWithWord(std::string_view text) {
    size_t at = 0;
    return !text.empty() && IsWordCharacter(NextCodePoint(text, at));
}

size_t SkipSpacesLeft(std::string_view text, size_t at, size_t least) {
    while (at > least) {
        const size_t begin = PreviousCharacter(text, at);
        size_t next = begin;
        if (!IsSpace(NextCodePoint(text, next))) break;
        at = begin;
    }
    return at;
}

size_t SkipSpacesRight(std::string_view text, size_t at) {
    while (at < text.size()) {
        size_t next = at;
        if (!IsSpace(NextCodePoint(text, next))) break;
        at = next;
    }
    return at;
}

}  // namespace

Result<AddedTokens> AddedTokens::Create(std::vector<AddedToken> tokens) {
    AddedTokens added;
    added.nodes_.emplace_back();
    for (AddedToken& token : tokens) {
        if (token.text.empty()) continue;
        if (token.text.size() > kMaxAddedTokenBytes) {
            return Err(ErrorCode::kUnsupported, "added token {} has {} bytes; the most is {}",
                       token.id, token.text.size(), kMaxAddedTokenBytes);
        }
        added.first_bytes_[static_cast<unsigned char>(token.text[0])] = true;
        uint32_t node = 0;
        for (const char c : token.text) {
            const auto byte = static_cast<unsigned char>(c);
            auto& children = added.nodes_[node].children;
            const auto it = std::lower_bound(children.begin(), children.end(),
                                             std::pair<unsigned char, uint32_t>{byte, 0});
            if (it != children.end() && it->first == byte) {
                node = it->second;
                continue;
            }
            const auto next = static_cast<uint32_t>(added.nodes_.size());
            children.insert(it, {byte, next});
            added.nodes_.emplace_back();
            node = next;
        }
        if (added.nodes_[node].token >= 0) continue;
        added.nodes_[node].token = static_cast<int32_t>(added.tokens_.size());
        added.tokens_.push_back(std::move(token));
    }
    return added;
}

const AddedToken* AddedTokens::LongestAt(std::string_view text, size_t at) const {
    const AddedToken* longest = nullptr;
    uint32_t node = 0;
    for (; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const auto& children = nodes_[node].children;
        const auto it = std::lower_bound(children.begin(), children.end(),
                                         std::pair<unsigned char, uint32_t>{byte, 0});
        if (it == children.end() || it->first != byte) break;
        node = it->second;
        if (nodes_[node].token >= 0) longest = &tokens_[static_cast<size_t>(nodes_[node].token)];
    }
    return longest;
}

std::vector<Segment> AddedTokens::Find(std::string_view text, bool parse_special) const {
    std::vector<Segment> segments;
    size_t done = 0;  // all before is in `segments`
    for (size_t at = 0; at < text.size() && !tokens_.empty();) {
        const AddedToken* token =
            first_bytes_[static_cast<unsigned char>(text[at])] ? LongestAt(text, at) : nullptr;
        if (token == nullptr) {
            ++at;
            continue;
        }
        size_t begin = at, end = at + token->text.size();
        at = end;
        if (token->special && !parse_special) continue;
        if (token->single_word &&
            (EndsWithWord(text.substr(0, begin)) || BeginsWithWord(text.substr(end)))) {
            continue;
        }
        begin = std::max(begin, done);  // the token before may have taken these spaces
        if (token->lstrip) begin = SkipSpacesLeft(text, begin, done);
        if (token->rstrip) end = SkipSpacesRight(text, end);
        if (begin > done) segments.push_back({done, begin, -1});
        segments.push_back({begin, end, token->id});
        done = std::max(done, end);
    }
    if (done < text.size()) segments.push_back({done, text.size(), -1});
    return segments;
}

}  // namespace argosy::tokenizers
