// Values as text, with Python's spelling: str(), repr() and json.dumps().
#pragma once

#include <optional>
#include <string>

#include "model/jinja/value.h"

namespace argosy::jinja {

/// Texts longer than this are refused wherever they would come to be.
inline constexpr size_t kMaxTextBytes = 16u << 20;

/// Python's str(): what {{ value }} prints.
std::string ToText(const Value& value);
std::string Repr(const Value& value);
std::string FloatRepr(double value);
std::string QuoteText(const std::string& text);

struct JsonStyle {
    bool ensure_ascii = false;
    std::optional<std::string> indent;  // one level's worth
    std::string item_separator = ", ";
    std::string key_separator = ": ";
    bool sort_keys = false;
};
/// json.dumps(): fails on values JSON has no word for.
std::string ToJson(const Value& value, const JsonStyle& style);

}  // namespace argosy::jinja
