// Python's two formatting languages: "%s" % value and "{}".format(value).
#include <algorithm>
#include <charconv>
#include <cmath>

#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

// Widths and precisions beyond this have no use and would fill memory.
constexpr int kMaxWidth = 100000;

// One conversion's layout, for both languages.
struct Spec {
    std::string fill = " ";
    char align = 0;  // < > ^ = or 0 for the type's own
    char sign = '-';
    bool alternate = false;
    bool zero = false;
    char group = 0;
    int width = 0;
    int precision = -1;
    char type = 0;
};

int ReadNumber(std::string_view text, size_t& i) {
    int value = 0;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') {
        value = value * 10 + (text[i++] - '0');
        if (value > kMaxWidth) FailLimit("a format's width is beyond {}", kMaxWidth);
    }
    return value;
}

std::string Pad(const std::string& body, const Spec& spec, char natural) {
    const int size = static_cast<int>(CountCodePoints(body));
    if (size >= spec.width) return body;
    const int space = spec.width - size;
    const auto fill = [&](int n) {
        std::string out;
        for (int i = 0; i < n; ++i) out += spec.fill;
        return out;
    };
    switch (spec.align ? spec.align : natural) {
        case '<':
            return body + fill(space);
        case '^':
            return fill(space / 2) + body + fill(space - space / 2);
        default:
            return fill(space) + body;
    }
}

std::string Group(std::string digits, char separator, size_t every) {
    if (!separator) return digits;
    for (size_t at = digits.size(); at > every; at -= every) {
        digits.insert(at - every, 1, separator);
    }
    return digits;
}

// Sign, prefix and digits put together, with zero padding between sign and digits.
std::string PadNumber(bool negative, std::string prefix, const std::string& digits, Spec spec) {
    std::string sign = negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
    prefix = sign + prefix;
    if (spec.align == '=' || (spec.zero && !spec.align)) {
        Spec inner = spec;
        if (spec.zero && spec.align != '=') inner.fill = "0";
        inner.align = '>';
        inner.width = std::max(0, spec.width - static_cast<int>(prefix.size()));
        return prefix + Pad(digits, inner, '>');
    }
    return Pad(prefix + digits, spec, '>');
}

std::string FormatInteger(int64_t value, const Spec& spec) {
    const bool negative = value < 0;
    const uint64_t magnitude =
        negative ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
    std::string digits, prefix;
    switch (spec.type) {
        case 'x':
            digits = fmt::format("{:x}", magnitude), prefix = "0x";
            break;
        case 'X':
            digits = fmt::format("{:X}", magnitude), prefix = "0X";
            break;
        case 'o':
            digits = fmt::format("{:o}", magnitude), prefix = "0o";
            break;
        case 'b':
            digits = fmt::format("{:b}", magnitude), prefix = "0b";
            break;
        default:
            digits = fmt::format("{}", magnitude);
            break;
    }
    digits = Group(digits, spec.group, prefix.empty() ? 3 : 4);
    if (spec.precision > static_cast<int>(digits.size())) {
        digits.insert(0, static_cast<size_t>(spec.precision) - digits.size(), '0');
    }
    return PadNumber(negative, spec.alternate ? prefix : "", digits, spec);
}

std::string FormatFloat(double value, const Spec& spec) {
    const bool negative = std::signbit(value) && !std::isnan(value);
    const double magnitude = std::fabs(value);
    std::string digits;
    if (!std::isfinite(value)) {
        digits = std::isnan(value) ? "nan" : "inf";
        if (spec.type == 'F' || spec.type == 'E' || spec.type == 'G') digits = Upper(digits);
    } else if (spec.type == 0) {
        digits = spec.precision < 0 ? FloatRepr(magnitude)
                                    : fmt::format("{:.{}g}", magnitude, spec.precision);
        if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
    } else {
        const int precision = std::min(spec.precision < 0 ? 6 : spec.precision, 1000);
        switch (spec.type) {
            case 'e':
                digits = fmt::format("{:.{}e}", magnitude, precision);
                break;
            case 'E':
                digits = fmt::format("{:.{}E}", magnitude, precision);
                break;
            case 'g':
                digits = fmt::format("{:.{}g}", magnitude, precision);
                break;
            case 'G':
                digits = fmt::format("{:.{}G}", magnitude, precision);
                break;
            case '%':
                digits = fmt::format("{:.{}f}%", magnitude * 100, precision);
                break;
            default:
                digits = fmt::format("{:.{}f}", magnitude, precision);
                break;
        }
    }
    if (spec.group) {
        const size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
        digits = Group(digits.substr(0, whole), spec.group, 3) + digits.substr(whole);
    }
    return PadNumber(negative, "", digits, spec);
}

std::string Cut(const std::string& text, int precision) {
    if (precision < 0) return text;
    size_t at = 0;
    for (int i = 0; i < precision && at < text.size(); ++i) NextCodePoint(text, at);
    return text.substr(0, at);
}

std::string FormatCharacter(const Value& value) {
    if (value.IsText()) {
        if (CountCodePoints(value.text()) != 1) Fail("%c requires int or char");
        return value.text();
    }
    const int64_t code = RequireInt(value, "the argument of %c");
    if (code < 0 || code > 0x10ffff) Fail("%c arg not in range(0x110000)");
    std::string out;
    AppendUtf8(out, static_cast<char32_t>(code));
    return out;
}

std::string FormatPercentItem(const Value& value, Spec spec) {
    if (value.IsUndefined() && spec.type != 's' && spec.type != 'r') Fail("{}", value.why());
    switch (spec.type) {
        case 's':
            return Pad(Cut(ToText(value), spec.precision), spec, '>');
        case 'r':
            return Pad(Cut(Repr(value), spec.precision), spec, '>');
        case 'c':
            return Pad(FormatCharacter(value), spec, '>');
        case 'd':
        case 'i':
        case 'u':
            spec.type = 'd';
            [[fallthrough]];
        case 'x':
        case 'X':
        case 'o': {
            if (!value.IsNumber() || (value.IsFloat() && spec.type != 'd')) {
                Fail("%{} format: a number is required, not {}", spec.type, value.TypeName());
            }
            if (value.IsIntegral()) return FormatInteger(value.integer(), spec);
            if (!(std::fabs(value.real()) < 9.2e18)) {
                Fail("cannot convert {} to integer", FloatRepr(value.real()));
            }
            return FormatInteger(static_cast<int64_t>(value.real()), spec);
        }
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
            if (!value.IsNumber()) Fail("must be real number, not {}", value.TypeName());
            return FormatFloat(value.number(), spec);
        default:
            Fail("unsupported format character '{}'", spec.type);
    }
}

}  // namespace

std::string PercentFormat(const std::string& format, const Value& argument) {
    std::vector<Value> values;
    if (argument.IsTuple()) {
        values = argument.items();
    } else {
        values.push_back(argument);
    }
    size_t used = 0;
    const auto take = [&]() -> const Value& {
        if (used >= values.size()) Fail("not enough arguments for format string");
        return values[used++];
    };
    bool by_name = false;
    std::string out;
    for (size_t i = 0; i < format.size();) {
        if (format[i] != '%') {
            out += format[i++];
            continue;
        }
        if (++i >= format.size()) Fail("incomplete format");
        const Value* named = nullptr;
        if (format[i] == '(') {
            const size_t close = format.find(')', i);
            if (close == std::string::npos) Fail("incomplete format key");
            if (!argument.IsDict()) Fail("format requires a mapping");
            const std::string key = format.substr(i + 1, close - i - 1);
            named = argument.dict().FindText(key);
            if (!named) Fail("KeyError: '{}'", key);
            by_name = true;
            i = close + 1;
        }
        Spec spec;
        for (; i < format.size(); ++i) {
            const char c = format[i];
            if (c == '-') {
                spec.align = '<';
            } else if (c == '+' || (c == ' ' && spec.sign != '+')) {
                spec.sign = c;
            } else if (c == '0') {
                spec.zero = true;
            } else if (c == '#') {
                spec.alternate = true;
            } else if (c != ' ') {
                break;
            }
        }
        spec.width = ReadNumber(format, i);
        if (i < format.size() && format[i] == '*') {
            ++i;
            const int64_t width = RequireInt(take(), "* wants int; it");
            if (std::abs(width) > kMaxWidth) FailLimit("a format's width is beyond {}", kMaxWidth);
            if (width < 0) spec.align = '<';
            spec.width = static_cast<int>(std::abs(width));
        }
        if (i < format.size() && format[i] == '.') spec.precision = ReadNumber(format, ++i);
        if (i >= format.size()) Fail("incomplete format");
        spec.type = format[i++];
        out += spec.type == '%' ? "%" : FormatPercentItem(named ? *named : take(), spec);
        if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    const bool mapping = argument.IsDict() || (argument.IsList() && !argument.IsTuple());
    if (used < values.size() && !by_name && !mapping) {
        Fail("not all arguments converted during string formatting");
    }
    return out;
}

namespace {

Spec ParseSpec(std::string_view text) {
    Spec spec;
    size_t i = 0;
    const auto is_align = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
    size_t after_fill = 0;
    if (!text.empty()) NextCodePoint(text, after_fill);
    if (after_fill > 0 && after_fill < text.size() && is_align(text[after_fill])) {
        spec.fill = std::string(text.substr(0, after_fill));
        spec.align = text[after_fill];
        i = after_fill + 1;
    } else if (!text.empty() && is_align(text[0])) {
        spec.align = text[0];
        i = 1;
    }
    const auto at = [&](char c) { return i < text.size() && text[i] == c; };
    if (at('+') || at('-') || at(' ')) spec.sign = text[i++];
    if (at('#')) spec.alternate = true, ++i;
    if (at('0')) spec.zero = true, ++i;
    spec.width = ReadNumber(text, i);
    if (at(',') || at('_')) spec.group = text[i++];
    if (at('.')) spec.precision = ReadNumber(text, ++i);
    if (i < text.size()) spec.type = text[i++];
    if (i < text.size()) Fail("Invalid format specifier '{}'", text);
    return spec;
}

std::string FormatField(const Value& value, std::string_view spec_text) {
    if (spec_text.empty()) return ToText(value);
    const Spec spec = ParseSpec(spec_text);
    const auto bad_type = [&]() {
        Fail("Unknown format code '{}' for object of type '{}'", spec.type, value.TypeName());
    };
    if (value.IsText()) {
        if (spec.type && spec.type != 's') bad_type();
        Spec padded = spec;
        if (spec.zero && !spec.align) padded.fill = "0";
        return Pad(Cut(value.text(), spec.precision), padded, '<');
    }
    if (!value.IsNumber()) {
        Fail("unsupported format string passed to {}.__format__", value.TypeName());
    }
    static constexpr std::string_view kIntegerTypes = "bcdoxXn";
    static constexpr std::string_view kFloatTypes = "eEfFgG%";
    if (value.IsIntegral() && spec.type == 'c') return Pad(FormatCharacter(value), spec, '<');
    if (value.IsIntegral() && (!spec.type || kIntegerTypes.find(spec.type) != std::string::npos)) {
        return FormatInteger(value.integer(), spec);
    }
    if (spec.type && kFloatTypes.find(spec.type) == std::string_view::npos) bad_type();
    return FormatFloat(value.number(), spec);
}

// The value of a replacement field: "", "0", "name", "name.attribute", "0[key]".
Value FieldValue(std::string_view field, const Args& args, size_t& automatic) {
    size_t end = std::min(field.find_first_of(".["), field.size());
    const std::string first(field.substr(0, end));
    Value value;
    const bool number =
        !first.empty() && first.find_first_not_of("0123456789") == std::string::npos;
    if (first.empty() || number) {
        size_t index = automatic;
        if (first.empty()) {
            ++automatic;
        } else if (std::from_chars(first.data(), first.data() + first.size(), index).ec !=
                   std::errc()) {
            Fail("Too many decimal digits in format string");
        }
        if (index >= args.positional.size()) {
            Fail("Replacement index {} out of range for positional args tuple", index);
        }
        value = args.positional[index];
    } else {
        const auto it = std::find_if(args.named.begin(), args.named.end(),
                                     [&](const auto& arg) { return arg.first == first; });
        if (it == args.named.end()) Fail("KeyError: '{}'", first);
        value = it->second;
    }
    while (end < field.size()) {
        if (field[end] == '.') {
            const size_t stop = std::min(field.find_first_of(".[", end + 1), field.size());
            value = GetAttribute(value, std::string(field.substr(end + 1, stop - end - 1)));
            end = stop;
        } else {
            const size_t close = field.find(']', end);
            if (field[end] != '[' || close == std::string_view::npos) {
                Fail("expected ']' before end of format field");
            }
            const std::string key(field.substr(end + 1, close - end - 1));
            int64_t index = 0;
            const auto [rest, ec] = std::from_chars(key.data(), key.data() + key.size(), index);
            const bool is_index = ec == std::errc() && rest == key.data() + key.size();
            value = GetItem(value, is_index ? Value(index) : Value(key));
            end = close + 1;
        }
    }
    return value;
}

std::string FormatBraces(std::string_view format, const Args& args, size_t& automatic, int depth) {
    if (depth > 3) Fail("Max string recursion exceeded");
    std::string out;
    for (size_t i = 0; i < format.size();) {
        const char c = format[i];
        if ((c == '{' || c == '}') && i + 1 < format.size() && format[i + 1] == c) {
            out += c;
            i += 2;
            continue;
        }
        if (c == '}') Fail("Single '}}' encountered in format string");
        if (c != '{') {
            out += format[i++];
            continue;
        }
        size_t close = i + 1;
        for (int level = 1; close < format.size(); ++close) {
            if (format[close] == '{') ++level;
            if (format[close] == '}' && --level == 0) break;
        }
        if (close >= format.size()) Fail("expected '}}' before end of string");
        std::string_view field = format.substr(i + 1, close - i - 1);
        i = close + 1;
        std::string_view spec;
        // A colon or bang within [] belongs to the key; keys with them are not worth more care.
        const size_t colon = field.find(':');
        if (colon != std::string_view::npos) {
            spec = field.substr(colon + 1);
            field = field.substr(0, colon);
        }
        char conversion = 0;
        if (const size_t bang = field.find('!'); bang != std::string_view::npos) {
            if (bang + 2 != field.size()) Fail("expected ':' after conversion specifier");
            conversion = field[bang + 1];
            field = field.substr(0, bang);
        }
        Value value = FieldValue(field, args, automatic);
        if (conversion == 'r' || conversion == 'a') value = Value(Repr(value));
        if (conversion == 's') value = Value(ToText(value));
        out += FormatField(value, FormatBraces(spec, args, automatic, depth + 1));
        if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    return out;
}

}  // namespace

std::string BraceFormat(const std::string& format, const Args& args) {
    size_t automatic = 0;
    return FormatBraces(format, args, automatic, 1);
}

}  // namespace argosy::jinja
