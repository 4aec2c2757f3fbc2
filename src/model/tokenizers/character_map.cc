// SentencePiece's compiled character map, applied as Hugging Face does: a short grapheme is looked
// up whole, others character by character, and the shortest match replaces the whole of it.
#include <utf8proc.h>

#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "model/tokenizers/normalizer.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

// A unit of the double array (darts-clone): a label, an offset to the children, or a value.
uint32_t Label(uint32_t unit) { return unit & ((1u << 31) | 0xFF); }
bool HasLeaf(uint32_t unit) { return ((unit >> 8) & 1) != 0; }
uint32_t Value(uint32_t unit) { return unit & ((1u << 31) - 1); }
uint32_t Offset(uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }

class CharacterMap final : public Normalizer {
  public:
    CharacterMap(std::vector<uint32_t> units, std::string texts)
        : units_(std::move(units)), texts_(std::move(texts)) {}

    void Normalize(std::string& text) const override {
        std::string out;
        out.reserve(text.size() + 8);
        for (size_t at = 0; at < text.size();) {
            const size_t end = EndOfGrapheme(text, at);
            MapGrapheme(std::string_view(text).substr(at, end - at), out);
            at = end;
        }
        text = std::move(out);
    }

  private:
    static constexpr size_t kShortGrapheme = 6;

    static size_t EndOfGrapheme(std::string_view text, size_t at) {
        utf8proc_int32_t state = 0;
        auto left = static_cast<utf8proc_int32_t>(NextCodePoint(text, at));
        while (at < text.size()) {
            size_t next = at;
            const auto right = static_cast<utf8proc_int32_t>(NextCodePoint(text, next));
            if (utf8proc_grapheme_break_stateful(left, right, &state)) break;
            left = right;
            at = next;
        }
        return at;
    }

    void MapGrapheme(std::string_view grapheme, std::string& out) const {
        if (grapheme.size() < kShortGrapheme) {
            if (const auto mapped = Find(grapheme)) {
                out += *mapped;
                return;
            }
        }
        for (size_t at = 0; at < grapheme.size();) {
            const size_t begin = at;
            NextCodePoint(grapheme, at);
            const std::string_view character = grapheme.substr(begin, at - begin);
            out += Find(character).value_or(character);
        }
    }

    std::optional<std::string_view> Find(std::string_view key) const {
        size_t node = Offset(units_[0]);
        for (const char c : key) {
            const auto byte = static_cast<unsigned char>(c);
            node ^= byte;
            if (byte == 0 || node >= units_.size() || Label(units_[node]) != byte) break;
            const uint32_t unit = units_[node];
            node ^= Offset(unit);
            if (!HasLeaf(unit)) continue;
            if (node >= units_.size()) break;
            const size_t begin = Value(units_[node]);
            if (begin >= texts_.size()) break;
            return std::string_view(texts_.c_str() + begin);
        }
        return std::nullopt;
    }

    std::vector<uint32_t> units_;
    std::string texts_;  // each ends with a zero
};

}  // namespace

Result<std::unique_ptr<Normalizer>> MakeCharacterMap(std::string blob) {
    uint32_t size = 0;
    if (blob.size() >= sizeof size) std::memcpy(&size, blob.data(), sizeof size);
    if (blob.size() < sizeof size || size == 0 || size % 4 != 0 ||
        size > blob.size() - sizeof size) {
        return Err(ErrorCode::kCorrupt,
                   "precompiled_charsmap: a trie of {} bytes does not lie within its {} bytes",
                   size, blob.size());
    }
    std::vector<uint32_t> units(size / 4);
    std::memcpy(units.data(), blob.data() + sizeof size, size);
    std::string texts = blob.substr(sizeof size + size);
    if (!IsValidUtf8(texts)) {
        return Err(ErrorCode::kCorrupt, "precompiled_charsmap: its texts are no UTF-8");
    }
    return std::make_unique<CharacterMap>(std::move(units), std::move(texts));
}

}  // namespace argosy::tokenizers
