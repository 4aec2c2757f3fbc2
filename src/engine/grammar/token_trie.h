// The vocabulary as a trie in preorder: tokens with a common prefix share the walk over it, and a
// prefix that is not allowed skips all of them at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/tokenizer.h"

namespace argosy::grammar {

struct TrieNode {
    uint32_t subtree_end = 0;   // index of the first node behind this one's subtree
    uint32_t tokens_begin = 0;  // into tokens_, up to the next node's
    uint32_t parent = 0;        // where depth > 0
    uint16_t depth = 0;         // 0: first byte
    uint8_t byte = 0;
};

class TokenTrie {
  public:
    using Entry = std::pair<std::string, TokenId>;  // bytes, token; bytes not empty

    TokenTrie() = default;
    explicit TokenTrie(std::vector<Entry> entries);

    size_t size() const { return nodes_.size() - 1; }
    const TrieNode& operator[](size_t i) const { return nodes_[i]; }
    /// Tokens that end at a node (several may have the same bytes).
    std::span<const TokenId> Tokens(size_t i) const {
        return std::span(tokens_).subspan(nodes_[i].tokens_begin,
                                          nodes_[i + 1].tokens_begin - nodes_[i].tokens_begin);
    }
    size_t max_depth() const { return max_depth_; }

  private:
    std::vector<TrieNode> nodes_ = std::vector<TrieNode>(1);
    std::vector<TokenId> tokens_;
    size_t max_depth_ = 0;
};

}  // namespace argosy::grammar
