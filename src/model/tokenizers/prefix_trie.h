// All keys that are a prefix of a text, in one walk: children lie side by side, sorted by byte.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace argosy::tokenizers {

class PrefixTrie {
  public:
    struct Key {
        std::string_view text;
        int32_t id;
    };
    PrefixTrie() = default;
    /// Of equal texts the one with the highest id counts.
    explicit PrefixTrie(std::vector<Key> keys);

    /// Calls `found(length, id)` for each key that `text` begins with, the shortest first.
    template <typename Found>
    void Walk(std::string_view text, const Found& found) const {
        if (nodes_.empty()) return;
        const Node* node = &nodes_[0];
        for (size_t i = 0; i < text.size(); ++i) {
            node = Child(*node, static_cast<unsigned char>(text[i]));
            if (node == nullptr) return;
            if (node->id >= 0) found(i + 1, node->id);
        }
    }

  private:
    struct Node {
        uint32_t children = 0;  // where they begin
        uint16_t count = 0;
        unsigned char byte = 0;
        int32_t id = -1;
    };
    const Node* Child(const Node& node, unsigned char byte) const {
        const Node* begin = nodes_.data() + node.children;
        const Node* end = begin + node.count;
        const Node* it = std::lower_bound(
            begin, end, byte, [](const Node& child, unsigned char b) { return child.byte < b; });
        return it == end || it->byte != byte ? nullptr : it;
    }

    std::vector<Node> nodes_;
};

}  // namespace argosy::tokenizers
