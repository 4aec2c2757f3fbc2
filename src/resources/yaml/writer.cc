#include "resources/yaml/writer.h"

#include <algorithm>

#include "resources/yaml/node.h"

namespace argosy::resources {

namespace {

void Write(std::string& out, const json::value& value, size_t indent);

bool IsControl(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

// Whether the text means itself without quotes, in a block and in a flow, at any place.
bool IsPlain(std::string_view text) {
    YamlNode scalar;
    scalar.text = text;
    if (MeaningOf(scalar) != Meaning::kText) return false;
    static constexpr std::string_view kNotFirst = "-?:,[]{}#&*!|>'\"%@`= \t";
    if (kNotFirst.find(text.front()) != std::string_view::npos || text.back() == ' ') return false;
    if (text.find_first_of(":#,[]{}\"'\\<") != std::string_view::npos) {
        // Addresses are the one common text with colons; a colon inside is safe before a non-space.
        if (text.find_first_of("#,[]{}\"'\\<") != std::string_view::npos) return false;
        if (text.find(": ") != std::string_view::npos || text.back() == ':') return false;
    }
    // Anything that looks like a number or a date is quoted, whatever a reader makes of it.
    if (text.front() == '.' || text.front() == '+' ||
        (text.front() >= '0' && text.front() <= '9' &&
         text.find_first_not_of("0123456789-:.TZ+ eE_") == std::string_view::npos)) {
        return false;
    }
    return std::ranges::all_of(
        text, [](char c) { return !IsControl(c) && static_cast<unsigned char>(c) < 0x80; });
}

std::string InQuotes(std::string_view text) {
    std::string out;
    for (const char c : json::serialize(json::string(text))) {
        if (c == 0x7F) {
            out += "\\x7F";
        } else {
            out += c;
        }
    }
    return out;
}

// Several lines without anything that a block scalar would lose.
bool IsBlock(std::string_view text) {
    if (text.find('\n') == std::string_view::npos || text.front() == ' ' || text.front() == '\n') {
        return false;
    }
    if (text.ends_with("\n\n") || text.find(" \n") != std::string_view::npos ||
        text.back() == ' ' || text.find("\xEF\xBB\xBF") != std::string_view::npos) {
        return false;
    }
    return std::ranges::none_of(text, [](char c) { return c != '\n' && IsControl(c); });
}

void WriteBlock(std::string& out, std::string_view text, size_t indent) {
    out += text.ends_with('\n') ? "|\n" : "|-\n";
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) out.append(indent, ' ').append(text.substr(0, end));
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void WriteText(std::string& out, std::string_view text, size_t indent) {
    if (!text.empty() && IsBlock(text)) {
        WriteBlock(out, text, indent);
        return;
    }
    out += !text.empty() && IsPlain(text) ? std::string(text) : InQuotes(text);
    out += '\n';
}

// The shortest digits that give the number again, and never those of a whole number.
std::string Number(double value) {
    std::string text = fmt::format("{}", value);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

bool IsNested(const json::value& value) {
    return (value.is_array() && !value.get_array().empty()) ||
           (value.is_object() && !value.get_object().empty());
}

void WriteMap(std::string& out, const json::object& map, size_t indent) {
    bool first = true;  // the first key stands on the line that the caller began
    for (const auto& [key, value] : map) {
        if (!first) out.append(indent, ' ');
        first = false;
        out += IsPlain(key) ? std::string(key) : InQuotes(key);
        out += ':';
        if (value.is_array() && IsNested(value)) {
            out.append("\n").append(indent, ' ');
            Write(out, value, indent);
        } else if (IsNested(value)) {
            out.append("\n").append(indent + 2, ' ');
            Write(out, value, indent + 2);
        } else {
            out += ' ';
            Write(out, value, indent + 2);
        }
    }
}

void WriteList(std::string& out, const json::array& list, size_t indent) {
    bool first = true;
    for (const json::value& item : list) {
        if (!first) out.append(indent, ' ');
        first = false;
        out += "- ";
        Write(out, item, indent + 2);
    }
}

void Write(std::string& out, const json::value& value, size_t indent) {
    if (IsNested(value)) {
        if (value.is_object()) {
            WriteMap(out, value.get_object(), indent);
        } else {
            WriteList(out, value.get_array(), indent);
        }
    } else if (value.is_string()) {
        WriteText(out, std::string_view(value.get_string()), indent);
    } else if (value.is_double()) {
        out += Number(value.get_double()) + "\n";
    } else {
        out += json::serialize(value) + "\n";
    }
}

}  // namespace

std::string WriteYaml(const json::value& value) {
    std::string out;
    Write(out, value, 0);
    return out;
}

}  // namespace argosy::resources
