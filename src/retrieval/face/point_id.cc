#include "retrieval/face/point_id.h"

#include <charconv>

namespace argosy::retrieval::face {

namespace {

constexpr size_t kHexDigits = 32;

std::unexpected<Error> Wrong(std::string_view text) {
    return Err(ErrorCode::kInvalidArgument,
               "{} is not a valid point ID, valid values are either an unsigned integer or a UUID",
               text.substr(0, 64));
}

// Empty where it is no UUID.
std::string CanonicalUuid(std::string_view text) {
    if (text.starts_with("urn:uuid:")) text.remove_prefix(9);
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, text.size() - 2);
    }
    const bool hyphens = text.size() == kHexDigits + 4;
    if (!hyphens && text.size() != kHexDigits) return {};
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (hyphens && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (c != '-') return {};
            continue;
        }
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
        if (out.size() == 8 || out.size() == 13 || out.size() == 18 || out.size() == 23) out += '-';
        out += c;
    }
    return out;
}

}  // namespace

Result<PointId> PointIdOfText(std::string_view text) {
    PointId id;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.number);
    if (error == std::errc() && end == text.data() + text.size()) return id;
    id = {.uuid = CanonicalUuid(text)};
    if (id.uuid.empty()) return Wrong(text);
    return id;
}

Result<PointId> ParsePointId(const json::value& value) {
    if (value.is_int64() && value.get_int64() >= 0) {
        return PointId{.number = static_cast<uint64_t>(value.get_int64())};
    }
    if (value.is_uint64()) return PointId{.number = value.get_uint64()};
    if (!value.is_string()) return Wrong(json::serialize(value));
    PointId id{.uuid = CanonicalUuid(value.get_string())};
    if (id.uuid.empty()) return Wrong(value.get_string());
    return id;
}

json::value ToJson(const PointId& id) {
    if (!id.uuid.empty()) return json::value(id.uuid);
    return json::value(id.number);
}

std::string ToText(const PointId& id) {
    return id.uuid.empty() ? std::to_string(id.number) : id.uuid;
}

}  // namespace argosy::retrieval::face
