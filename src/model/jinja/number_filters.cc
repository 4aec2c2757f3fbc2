// Filters about numbers: int, float, round, abs, sum, filesizeformat.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "model/jinja/attribute_path.h"
#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

// The digits of a Python number literal: stripped, single underscores between digits taken out;
// nothing where an underscore stands elsewhere.
std::optional<std::string> CleanNumber(const std::string& text) {
    const std::string_view stripped = Strip(text, nullptr, true, true);
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    std::string out;
    for (size_t i = 0; i < stripped.size(); ++i) {
        if (stripped[i] != '_') {
            out += stripped[i];
        } else if (i == 0 || i + 1 == stripped.size() || !is_word(stripped[i - 1]) ||
                   !is_word(stripped[i + 1])) {
            return std::nullopt;
        }
    }
    return out;
}

std::optional<double> ParseFloat(const std::string& text) {
    auto clean = CleanNumber(text);
    if (!clean) return std::nullopt;
    std::string_view digits = *clean;
    if (digits.starts_with('+')) {
        digits.remove_prefix(1);
        if (digits.starts_with('-')) return std::nullopt;
    }
    double value = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
    // from_chars leaves the value alone where it is too large or too small.
    if (ec == std::errc::result_out_of_range) return std::strtod(clean->c_str(), nullptr);
    if (ec != std::errc()) return std::nullopt;
    return value;
}

std::optional<int64_t> ParseInt(const std::string& text, int64_t base) {
    if (base != 0 && (base < 2 || base > 36)) Fail("int() base must be >= 2 and <= 36, or 0");
    auto clean = CleanNumber(text);
    if (!clean || clean->empty()) return std::nullopt;
    std::string_view digits = *clean;
    const bool negative = digits[0] == '-';
    if (negative || digits[0] == '+') digits.remove_prefix(1);
    if (digits.size() > 1 && digits[0] == '0') {
        const char mark = static_cast<char>(digits[1] | 0x20);
        const int64_t marked = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
        if (marked && (base == marked || base == 0)) {
            digits.remove_prefix(2);
            base = marked;
        }
    }
    if (base == 0) base = 10;
    uint64_t value = 0;
    const char* last = digits.data() + digits.size();
    const auto [end, ec] = std::from_chars(digits.data(), last, value, static_cast<int>(base));
    if (digits.empty() || end != last) return std::nullopt;
    const uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    if (ec == std::errc::result_out_of_range || value > limit) {
        FailLimit("integer '{}' does not fit 64 bits", text.substr(0, 40));
    }
    if (ec != std::errc()) return std::nullopt;
    return negative ? static_cast<int64_t>(~value + 1) : static_cast<int64_t>(value);
}

std::optional<int64_t> Truncate(double value) {
    if (std::isnan(value) || std::isinf(value)) return std::nullopt;
    if (std::fabs(value) >= 9.2e18) FailLimit("integer result does not fit 64 bits");
    return static_cast<int64_t>(value);
}

Value IntFilter(Interpreter&, const Value& self, const Args& args) {
    const auto bound = Bind("int", args, {"default", "base"}, 0);
    const Value fallback = bound[0] ? *bound[0] : Value(int64_t{0});
    if (self.IsUndefined()) Fail("{}", self.why());
    if (self.IsIntegral()) return self.integer();
    std::optional<int64_t> value;
    if (self.IsFloat()) {
        value = Truncate(self.real());
    } else if (self.IsText()) {
        value = ParseInt(self.text(), bound[1] ? RequireInt(*bound[1], "base") : 10);
        if (!value) {
            if (const auto real = ParseFloat(self.text())) value = Truncate(*real);
        }
    }
    return value ? Value(*value) : fallback;
}

Value FloatFilter(Interpreter&, const Value& self, const Args& args) {
    const auto bound = Bind("float", args, {"default"}, 0);
    if (self.IsUndefined()) Fail("{}", self.why());
    if (self.IsNumber()) return self.number();
    if (self.IsText()) {
        if (const auto value = ParseFloat(self.text())) return *value;
    }
    return bound[0] ? *bound[0] : Value(0.0);
}

// Rounds half to even on the exact decimal value, as Python's round(x, n) does.
double RoundTo(double value, int64_t digits) {
    if (!std::isfinite(value) || digits > 300) return value;
    if (digits >= 0) return std::strtod(fmt::format("{:.{}f}", value, digits).c_str(), nullptr);
    if (digits < -308) return 0 * value;
    const double scale = std::pow(10.0, static_cast<double>(-digits));
    return std::nearbyint(value / scale) * scale;
}

int64_t RoundInteger(int64_t value, int64_t digits) {
    if (digits >= 0) return value;
    if (digits < -18) return 0;
    int64_t scale = 1;
    for (int64_t i = digits; i < 0; ++i) scale *= 10;
    const int64_t rest = value % scale;
    int64_t base = value - rest;
    const int64_t twice = rest < 0 ? -(rest + rest) : rest + rest;
    if (twice > scale || (twice == scale && (base / scale) % 2 != 0)) {
        base += rest < 0 ? -scale : scale;
    }
    return base;
}

Value RoundFilter(Interpreter&, const Value& self, const Args& args) {
    const auto bound = Bind("round", args, {"precision", "method"}, 0);
    const int64_t digits = bound[0] ? RequireInt(*bound[0], "precision") : 0;
    const std::string method = bound[1] ? RequireText(*bound[1], "method") : "common";
    if (method != "common" && method != "ceil" && method != "floor") {
        Fail("method must be common, ceil or floor");
    }
    if (self.IsUndefined()) Fail("{}", self.why());
    if (!self.IsNumber()) Fail("type {} doesn't define __round__ method", self.TypeName());
    if (method == "common") {
        if (self.IsFloat()) return RoundTo(self.real(), digits);
        return RoundInteger(self.integer(), digits);
    }
    if (std::abs(digits) > 300) Fail("a precision of {} is out of range", digits);
    const double scale = std::pow(10.0, static_cast<double>(digits));
    const double scaled = self.number() * scale;
    return (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale;
}

Value AbsFilter(Interpreter&, const Value& self, const Args& args) {
    Bind("abs", args, {}, 0);
    if (self.IsFloat()) return std::fabs(self.real());
    if (self.IsUndefined()) Fail("{}", self.why());
    if (!self.IsIntegral()) Fail("bad operand type for abs(): '{}'", self.TypeName());
    return self.integer() < 0 ? Negate(self) : Value(self.integer());
}

Value SumFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("sum", args, {"attribute", "start"}, 0);
    Value total = bound[1] ? *bound[1] : Value(int64_t{0});
    if (total.IsText()) Fail("sum() can't sum strings [use ''.join(seq) instead]");
    const AttributePath path(bound[0] && !bound[0]->IsNone() ? bound[0] : nullptr);
    for (const Value& item : in.Iterate(self)) total = Binary(in, "+", total, path.Get(item));
    return total;
}

Value FileSizeFilter(Interpreter&, const Value& self, const Args& args) {
    const auto bound = Bind("filesizeformat", args, {"binary"}, 0);
    const bool binary = bound[0] && Truthy(*bound[0]);
    std::optional<double> parsed;
    if (self.IsNumber()) parsed = self.number();
    if (self.IsText()) parsed = ParseFloat(self.text());
    if (!parsed) Fail("filesizeformat takes a number, not {}", self.TypeName());
    const double bytes = *parsed;
    const double base = binary ? 1024 : 1000;
    if (bytes == 1) return "1 Byte";
    if (bytes < base) return fmt::format("{:.0f} Bytes", std::trunc(bytes));
    static constexpr std::string_view kLetters = "kMGTPEZY";
    double unit = base;
    for (size_t i = 0;; ++i) {
        unit *= base;
        if (bytes >= unit && i + 1 < kLetters.size()) continue;
        const char letter = binary && kLetters[i] == 'k' ? 'K' : kLetters[i];
        return fmt::format("{:.1f} {}{}", base * bytes / unit, letter, binary ? "iB" : "B");
    }
}

}  // namespace

FilterFunction FindNumberFilter(const std::string& name) {
    static const std::unordered_map<std::string, FilterFunction> filters = {
        {"abs", AbsFilter},     {"filesizeformat", FileSizeFilter},
        {"float", FloatFilter}, {"int", IntFilter},
        {"round", RoundFilter}, {"sum", SumFilter},
    };
    const auto it = filters.find(name);
    return it == filters.end() ? nullptr : it->second;
}

}  // namespace argosy::jinja
