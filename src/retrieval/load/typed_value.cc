#include "retrieval/load/typed_value.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace argosy::retrieval {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// As JSON writes numbers: digits without needless zeros, then fraction and exponent.
bool LooksLikeNumber(std::string_view field) {
    if (field.starts_with('-')) field.remove_prefix(1);
    if (field.empty() || !IsDigit(field[0])) return false;
    if (field.size() > 1 && field[0] == '0' && IsDigit(field[1])) return false;
    return std::ranges::all_of(field, [](char c) {
        return IsDigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
    });
}

template <typename Number>
bool Parse(std::string_view field, Number& number) {
    const char* end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, number);
    return error == std::errc() && stop == end;
}

bool EqualsIgnoringCase(std::string_view field, std::string_view lower) {
    return std::ranges::equal(field, lower, [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

json::value TypedValue(std::string_view field) {
    if (EqualsIgnoringCase(field, "true")) return true;
    if (EqualsIgnoringCase(field, "false")) return false;
    if (LooksLikeNumber(field)) {
        int64_t integer = 0;
        if (Parse(field, integer)) return integer;
        const bool whole = field.find_first_of(".eE") == std::string_view::npos;
        double number = 0;
        if (!whole && Parse(field, number)) return number;
    }
    return json::string(field);
}

}  // namespace argosy::retrieval
