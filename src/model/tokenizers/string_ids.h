// Texts to numbers by an open hash table, and the hash that tokenizers use.
// Thread-compatible. Hashes are seeded per process, so that a hostile vocabulary cannot be made to
// collide.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::tokenizers {

/// A number that differs from process to process.
uint64_t HashSeed();
uint64_t HashBytes(std::string_view bytes);
inline uint64_t MixBits(uint64_t x) {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ (x >> 32);
}

/// Text -> number, where many texts may be asked for and few are there. The first of two equal
/// texts wins. Texts must outlive the map.
class StringIds {
  public:
    void Reserve(size_t count);
    /// False where the text is there already.
    bool Add(std::string_view text, int32_t id);
    /// The id, or -1.
    int32_t Find(std::string_view text) const;
    size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        std::string_view text;
        int32_t id;
    };
    // Small slots, so that the table stays in the processor's cache.
    struct Slot {
        uint32_t hash = 0;
        uint32_t entry = 0;  // counted from 1; 0 is free
    };
    void Grow(size_t slots);

    std::vector<Slot> slots_;
    std::vector<Entry> entries_;
};

}  // namespace argosy::tokenizers
