#include "model/jinja/print.h"

#include <algorithm>
#include <cmath>

#include "model/jinja/objects.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

void Check(const std::string& out) {
    if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
}

void AppendRepr(std::string& out, const Value& value) {
    Check(out);
    if (value.IsText()) {
        out += QuoteText(value.text());
    } else if (value.IsList()) {
        const bool tuple = value.list().tuple;
        out += tuple ? '(' : '[';
        bool first = true;
        for (const Value& item : value.items()) {
            if (!first) out += ", ";
            first = false;
            AppendRepr(out, item);
        }
        if (tuple && value.items().size() == 1) out += ',';
        out += tuple ? ')' : ']';
    } else if (value.IsDict()) {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value.dict().entries()) {
            if (!first) out += ", ";
            first = false;
            AppendRepr(out, key);
            out += ": ";
            AppendRepr(out, item);
        }
        out += '}';
    } else if (value.IsUndefined()) {
        out += "Undefined";
    } else {
        out += ToText(value);
    }
}

class JsonWriter {
  public:
    explicit JsonWriter(const JsonStyle& style) : style_(style) {}
    std::string out;

    void Write(const Value& value, int level) {
        Check(out);
        if (value.IsNone()) {
            out += "null";
        } else if (value.IsBool()) {
            out += value.boolean() ? "true" : "false";
        } else if (value.IsInt()) {
            out += std::to_string(value.integer());
        } else if (value.IsFloat()) {
            out += Number(value.real());
        } else if (value.IsText()) {
            Quote(value.text());
        } else if (value.IsList()) {
            WriteList(value.items(), level);
        } else if (value.IsDict()) {
            WriteDict(value.dict(), level);
        } else {
            Fail("Object of type {} is not JSON serializable", value.TypeName());
        }
    }

  private:
    static std::string Number(double d) {
        if (std::isnan(d)) return "NaN";
        if (std::isinf(d)) return d > 0 ? "Infinity" : "-Infinity";
        return FloatRepr(d);
    }

    void NewLine(int level) {
        if (!style_.indent) return;
        out += '\n';
        for (int i = 0; i < level; ++i) out += *style_.indent;
    }

    void WriteList(const std::vector<Value>& items, int level) {
        if (items.empty()) {
            out += "[]";
            return;
        }
        out += '[';
        for (size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out += style_.item_separator;
            NewLine(level + 1);
            Write(items[i], level + 1);
        }
        NewLine(level);
        out += ']';
    }

    void WriteDict(const Dict& dict, int level) {
        if (dict.size() == 0) {
            out += "{}";
            return;
        }
        std::vector<const Dict::Entry*> entries;
        for (const auto& entry : dict.entries()) entries.push_back(&entry);
        if (style_.sort_keys) {
            std::vector<Value> keys;
            for (const auto* entry : entries) keys.push_back(entry->first);
            const auto unsorted = entries;
            const auto order = SortedOrder(keys, false);
            for (size_t i = 0; i < order.size(); ++i) entries[i] = unsorted[order[i]];
        }
        out += '{';
        for (size_t i = 0; i < entries.size(); ++i) {
            if (i > 0) out += style_.item_separator;
            NewLine(level + 1);
            WriteKey(entries[i]->first);
            out += style_.key_separator;
            Write(entries[i]->second, level + 1);
        }
        NewLine(level);
        out += '}';
    }

    void WriteKey(const Value& key) {
        if (key.IsText()) return Quote(key.text());
        if (!key.IsNumber() && !key.IsNone()) {
            Fail("keys must be str, int, float, bool or None, not {}", key.TypeName());
        }
        out += '"';
        Write(key, 0);
        out += '"';
    }

    void Quote(const std::string& text) {
        out += '"';
        for (size_t i = 0; i < text.size();) {
            const size_t start = i;
            const char32_t c = NextCodePoint(text, i);
            if (c == '"' || c == '\\') {
                out += '\\';
                out += static_cast<char>(c);
            } else if (c == '\n') {
                out += "\\n";
            } else if (c == '\r') {
                out += "\\r";
            } else if (c == '\t') {
                out += "\\t";
            } else if (c == '\b') {
                out += "\\b";
            } else if (c == '\f') {
                out += "\\f";
            } else if (c < 0x20 || (style_.ensure_ascii && c > 0x7e && c < 0x10000)) {
                out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
            } else if (style_.ensure_ascii && c >= 0x10000) {
                const auto rest = static_cast<uint32_t>(c) - 0x10000;
                out += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10),
                                   0xdc00 + (rest & 0x3ff));
            } else {
                out.append(text, start, i - start);
            }
        }
        out += '"';
    }

    const JsonStyle& style_;
};

}  // namespace

std::string FloatRepr(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::string out = fmt::format("{}", value);
    if (out.find_first_of(".e") == std::string::npos) out += ".0";
    return out;
}

std::string QuoteText(const std::string& text) {
    const bool has_single = text.find('\'') != std::string::npos;
    const char quote = has_single && text.find('"') == std::string::npos ? '"' : '\'';
    std::string out(1, quote);
    for (size_t i = 0; i < text.size();) {
        const size_t start = i;
        const char32_t c = NextCodePoint(text, i);
        const auto number = static_cast<uint32_t>(c);
        if (c == static_cast<char32_t>(quote) || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (IsPrintable(c)) {
            out.append(text, start, i - start);
        } else if (c < 0x100) {
            out += fmt::format("\\x{:02x}", number);
        } else if (c < 0x10000) {
            out += fmt::format("\\u{:04x}", number);
        } else {
            out += fmt::format("\\U{:08x}", number);
        }
    }
    out += quote;
    return out;
}

std::string Repr(const Value& value) {
    std::string out;
    AppendRepr(out, value);
    Check(out);
    return out;
}

std::string ToText(const Value& value) {
    if (value.IsText()) return value.text();
    if (value.IsUndefined()) return "";
    if (value.IsNone()) return "None";
    if (value.IsBool()) return value.boolean() ? "True" : "False";
    if (value.IsInt()) return std::to_string(value.integer());
    if (value.IsFloat()) return FloatRepr(value.real());
    if (value.IsObject()) return value.object()->Repr();
    return Repr(value);
}

std::string ToJson(const Value& value, const JsonStyle& style) {
    JsonWriter writer(style);
    writer.Write(value, 0);
    Check(writer.out);
    return std::move(writer.out);
}

}  // namespace argosy::jinja
