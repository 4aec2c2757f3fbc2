#include "model/tokenizers/json_parts.h"

namespace argosy::tokenizers {

const json::value* Member(const json::value& value, std::string_view key) {
    const json::value* member = value.is_object() ? value.get_object().if_contains(key) : nullptr;
    return member == nullptr || member->is_null() ? nullptr : member;
}

std::string TextOr(const json::value& value, std::string_view key, std::string_view fallback) {
    const json::value* member = Member(value, key);
    return std::string(member != nullptr && member->is_string()
                           ? std::string_view(member->get_string())
                           : fallback);
}

bool FlagOr(const json::value& value, std::string_view key, bool fallback) {
    const json::value* member = Member(value, key);
    return member != nullptr && member->is_bool() ? member->get_bool() : fallback;
}

int64_t IntOr(const json::value& value, std::string_view key, int64_t fallback) {
    const json::value* member = Member(value, key);
    return member != nullptr && member->is_int64() ? member->get_int64() : fallback;
}

std::string TypeOf(const json::value& value) { return TextOr(value, "type", ""); }

Result<std::vector<const json::value*>> PartsOf(const json::value& value, std::string_view list) {
    if (TypeOf(value) != "Sequence") return std::vector<const json::value*>{&value};
    const json::value* parts = Member(value, list);
    if (parts == nullptr || !parts->is_array()) {
        return Err(ErrorCode::kCorrupt, "a Sequence has no array \"{}\"", list);
    }
    std::vector<const json::value*> flat;
    for (const json::value& part : parts->get_array()) {
        ARGOSY_TRY(const auto inner, PartsOf(part, list));
        flat.insert(flat.end(), inner.begin(), inner.end());
    }
    return flat;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    uint32_t bits = 0;
    int held = 0;
    while (text.ends_with('=')) text.remove_suffix(1);
    for (const char c : text) {
        const size_t digit = kDigits.find(c);
        if (digit == kDigits.npos) return std::nullopt;
        bits = (bits << 6) | static_cast<uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<char>(bits >> held));
    }
    return bytes;
}

}  // namespace argosy::tokenizers
