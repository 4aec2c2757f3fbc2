#include "model/tokenizers/prefix_trie.h"

namespace argosy::tokenizers {

PrefixTrie::PrefixTrie(std::vector<Key> keys) {
    std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
        return a.text != b.text ? a.text < b.text : a.id < b.id;
    });
    // Breadth first: a node stands for the keys [begin, end), which share its first `depth` bytes.
    struct Range {
        size_t begin, end, depth;
    };
    std::vector<Range> ranges = {{0, keys.size(), 0}};
    nodes_.emplace_back();
    for (size_t node = 0; node < nodes_.size(); ++node) {
        auto [begin, end, depth] = ranges[node];
        while (begin < end && keys[begin].text.size() == depth) {
            if (depth > 0) nodes_[node].id = keys[begin].id;
            ++begin;
        }
        nodes_[node].children = static_cast<uint32_t>(nodes_.size());
        while (begin < end) {
            const auto byte = static_cast<unsigned char>(keys[begin].text[depth]);
            size_t next = begin;
            while (next < end && static_cast<unsigned char>(keys[next].text[depth]) == byte) ++next;
            nodes_.push_back({0, 0, byte, -1});
            ranges.push_back({begin, next, depth + 1});
            ++nodes_[node].count;
            begin = next;
        }
    }
}

}  // namespace argosy::tokenizers
