#include "engine/grammar/token_trie.h"

#include <algorithm>

namespace argosy::grammar {

TokenTrie::TokenTrie(std::vector<Entry> entries) {
    std::ranges::sort(entries);
    nodes_.clear();
    std::vector<uint32_t> path;  // nodes from the root to the last entry's end
    std::string_view last;
    for (const auto& [bytes, token] : entries) {
        size_t shared = 0;
        while (shared < last.size() && shared < bytes.size() && last[shared] == bytes[shared]) {
            ++shared;
        }
        for (; path.size() > shared; path.pop_back()) {
            nodes_[path.back()].subtree_end = uint32_t(nodes_.size());
        }
        for (size_t i = shared; i < bytes.size(); ++i) {
            const uint32_t parent = path.empty() ? 0 : path.back();
            path.push_back(uint32_t(nodes_.size()));
            nodes_.push_back({0, uint32_t(tokens_.size()), parent, uint16_t(i), uint8_t(bytes[i])});
        }
        tokens_.push_back(token);
        max_depth_ = std::max(max_depth_, bytes.size());
        last = bytes;
    }
    for (const uint32_t node : path) nodes_[node].subtree_end = uint32_t(nodes_.size());
    nodes_.push_back({0, uint32_t(tokens_.size()), 0, 0, 0});
}

}  // namespace argosy::grammar
