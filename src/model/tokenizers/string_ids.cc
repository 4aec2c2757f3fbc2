#include "model/tokenizers/string_ids.h"

#include <bit>
#include <cstring>
#include <random>
#include <utility>

namespace argosy::tokenizers {

uint64_t HashSeed() {
    static const uint64_t seed = [] {
        std::random_device device;
        return (uint64_t{device()} << 32) | device();
    }();
    return seed;
}

uint64_t HashBytes(std::string_view bytes) {
    uint64_t hash = HashSeed() ^ (bytes.size() * 0x9e3779b97f4a7c15u);
    while (bytes.size() >= 8) {
        uint64_t word;
        std::memcpy(&word, bytes.data(), 8);
        hash = MixBits(hash ^ word);
        bytes.remove_prefix(8);
    }
    uint64_t rest = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        rest |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return MixBits(hash ^ rest);
}

void StringIds::Reserve(size_t count) {
    entries_.reserve(count);
    const size_t slots = std::bit_ceil(count * 3 / 2 + 16);
    if (slots > slots_.size()) Grow(slots);
}

void StringIds::Grow(size_t slots) {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
    const size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.entry == 0) continue;
        size_t at = slot.hash & mask;
        while (slots_[at].entry != 0) at = (at + 1) & mask;
        slots_[at] = slot;
    }
}

bool StringIds::Add(std::string_view text, int32_t id) {
    if ((entries_.size() + 1) * 3 / 2 > slots_.size()) {
        Grow(slots_.empty() ? 16 : slots_.size() * 2);
    }
    const size_t mask = slots_.size() - 1;
    const auto hash = static_cast<uint32_t>(HashBytes(text));
    size_t at = hash & mask;
    for (; slots_[at].entry != 0; at = (at + 1) & mask) {
        if (slots_[at].hash == hash && entries_[slots_[at].entry - 1].text == text) return false;
    }
    entries_.push_back({text, id});
    slots_[at] = {hash, static_cast<uint32_t>(entries_.size())};
    return true;
}

int32_t StringIds::Find(std::string_view text) const {
    if (slots_.empty()) return -1;
    const size_t mask = slots_.size() - 1;
    const auto hash = static_cast<uint32_t>(HashBytes(text));
    for (size_t at = hash & mask; slots_[at].entry != 0; at = (at + 1) & mask) {
        if (slots_[at].hash != hash) continue;
        const Entry& entry = entries_[slots_[at].entry - 1];
        if (entry.text == text) return entry.id;
    }
    return -1;
}

}  // namespace argosy::tokenizers
