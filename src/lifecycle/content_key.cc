#include "lifecycle/content_key.h"

namespace argosy::lifecycle {

// FNV-1a, then the finalizer of splitmix64, so that close texts get far keys.
uint64_t ContentKey(std::string_view text, uint64_t seed) {
    uint64_t key = 0xcbf29ce484222325u ^ (seed * 0x9e3779b97f4a7c15u);
    for (const char c : text) {
        key ^= static_cast<unsigned char>(c);
        key *= 0x100000001b3u;
    }
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
    return key ^ (key >> 31);
}

std::string NormalisedText(std::string_view text) {
    std::string out;
    bool gap = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool upper = c >= 'A' && c <= 'Z';
        const bool word = byte >= 0x80 || upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word) {
            gap = true;
            continue;
        }
        if (gap && !out.empty()) out += ' ';
        gap = false;
        out += upper ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return out;
}

}  // namespace argosy::lifecycle
