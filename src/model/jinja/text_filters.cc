#include "model/jinja/text_filters.h"

#include <algorithm>
#include <unordered_map>

#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

template <std::string (*kMap)(std::string_view)>
Value MapFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("filter", args, {}, 0);
    return in.NewText(kMap(ToText(self)));
}

Value TrimFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("trim", args, {"chars"}, 0);
    const bool chars = bound[0] && !bound[0]->IsNone();
    return in.NewText(std::string(
        Strip(ToText(self), chars ? &RequireText(*bound[0], "chars") : nullptr, true, true)));
}

Value StringFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("string", args, {}, 0);
    return self.IsText() ? self : in.NewText(ToText(self));
}

Value SafeFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("safe", args, {}, 0);
    return Value::MakeSafe(in.NewText(ToText(self)).text());
}

Value EscapeFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("escape", args, {}, 0);
    if (self.IsText() && self.text_object().safe) return self;
    return Value::MakeSafe(in.NewText(EscapeHtml(ToText(self))).text());
}

Value ForceEscapeFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("forceescape", args, {}, 0);
    return Value::MakeSafe(in.NewText(EscapeHtml(ToText(self))).text());
}

// Words of jinja2's |title begin behind - space ( { [ <.
Value TitleFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("title", args, {}, 0);
    const std::u32string points = ToCodePoints(ToText(self));
    const auto splits = [](char32_t c) {
        return IsSpace(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
    };
    std::string out;
    for (size_t i = 0; i < points.size();) {
        size_t end = i;
        while (end < points.size() && !splits(points[end])) ++end;
        if (end > i) {
            out += Upper(ToUtf8({&points[i], 1}));
            out += Lower(ToUtf8({&points[i] + 1, end - i - 1}));
        }
        if (end < points.size()) AppendUtf8(out, points[end++]);
        i = end;
    }
    return in.NewText(std::move(out));
}

Value ReplaceFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("replace", args, {"old", "new", "count"}, 2);
    const int64_t count =
        bound[2] && !bound[2]->IsNone() ? RequireInt(*bound[2], "count") : int64_t{-1};
    const std::string text = ToText(self);
    in.Charge(text.size() / 64);
    return in.NewText(ReplaceAll(text, ToText(*bound[0]), ToText(*bound[1]), count));
}

Value IndentFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("indent", args, {"width", "first", "blank"}, 0);
    std::string indent(4, ' ');
    if (bound[0] && bound[0]->IsText()) {
        indent = bound[0]->text();
    } else if (bound[0]) {
        const int64_t width = RequireInt(*bound[0], "width");
        if (width > 100000) FailLimit("an indent of more than 100000");
        indent = std::string(static_cast<size_t>(std::max<int64_t>(width, 0)), ' ');
    }
    const bool first = bound[1] && Truthy(*bound[1]), blank = bound[2] && Truthy(*bound[2]);
    const std::string text = RequireText(self, "the text to indent") + "\n";
    std::string out;
    bool head = true;
    for (const std::string_view line : SplitLines(text)) {
        if (!head) out += '\n';
        if (head ? first : blank || !line.empty()) out += indent;
        head = false;
        out += line;
        if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    return in.NewText(std::move(out));
}

Value TruncateFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("truncate", args, {"length", "killwords", "end", "leeway"}, 0);
    const int64_t length = bound[0] ? RequireInt(*bound[0], "length") : 255;
    const bool kill_words = bound[1] && Truthy(*bound[1]);
    const std::string end = bound[2] ? RequireText(*bound[2], "end") : "...";
    const int64_t leeway =
        bound[3] && !bound[3]->IsNone() ? RequireInt(*bound[3], "leeway") : int64_t{5};
    const auto end_size = static_cast<int64_t>(CountCodePoints(end));
    if (length < end_size) Fail("expected length >= {}, got {}", end_size, length);
    if (leeway < 0) Fail("expected leeway >= 0, got {}", leeway);
    const std::u32string points = ToCodePoints(RequireText(self, "the text to truncate"));
    const auto size = static_cast<int64_t>(points.size());
    if (size <= length || size - length <= leeway) return self;
    std::string kept =
        ToUtf8(std::u32string_view(points).substr(0, static_cast<size_t>(length - end_size)));
    if (!kill_words) kept = kept.substr(0, kept.rfind(' '));
    return in.NewText(kept + end);
}

Value FormatFilter(Interpreter& in, const Value& self, const Args& args) {
    if (!args.positional.empty() && !args.named.empty()) {
        Fail("can't handle positional and keyword arguments at the same time");
    }
    if (args.named.empty()) {
        return in.NewText(PercentFormat(ToText(self), Value::MakeTuple(args.positional)));
    }
    Dict named;
    for (const auto& [name, value] : args.named) named.Set(Value(name), value);
    return in.NewText(PercentFormat(ToText(self), MakeDict(std::move(named))));
}

Value CenterFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("center", args, {"width"}, 0);
    Args width;
    width.positional.push_back(bound[0] ? *bound[0] : Value(int64_t{80}));
    const auto center = FindTextMethod(in.NewText(ToText(self)).text_pointer(), "center");
    return (*center)(in, width);
}

Value WordCountFilter(Interpreter&, const Value& self, const Args& args) {
    Bind("wordcount", args, {}, 0);
    int64_t words = 0;
    bool inside = false;
    for (const char32_t c : ToCodePoints(ToText(self))) {
        const bool word = c == '_' || IsAlpha(c) || IsNumeric(c);
        words += word && !inside;
        inside = word;
    }
    return words;
}

std::string UrlQuote(std::string_view text, bool query) {
    static constexpr std::string_view kKeep = "_.-~";
    std::string out;
    for (const char c : text) {
        const bool alnum =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (alnum || kKeep.find(c) != std::string_view::npos || (c == '/' && !query)) {
            out += c;
        } else if (c == ' ' && query) {
            out += '+';
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

Value UrlEncodeFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("urlencode", args, {}, 0);
    if (!self.IsDict() && !self.IsList() && !self.As<Sequence>()) {
        return in.NewText(UrlQuote(ToText(self), false));
    }
    std::string out;
    const auto add = [&](const Value& key, const Value& value) {
        if (!out.empty()) out += '&';
        out += UrlQuote(ToText(key), true) + "=" + UrlQuote(ToText(value), true);
    };
    if (self.IsDict()) {
        for (const auto& [key, value] : self.dict().entries()) add(key, value);
    } else {
        for (const Value& pair : in.Iterate(self)) {
            const std::vector<Value> both = in.Iterate(pair);
            if (both.size() != 2) Fail("urlencode takes pairs, not {} values", both.size());
            add(both[0], both[1]);
        }
    }
    return in.NewText(std::move(out));
}

std::string Unescape(std::string_view text) {
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"&lt;", "<"},   {"&gt;", ">"},  {"&amp;", "&"},      {"&quot;", "\""},
        {"&#34;", "\""}, {"&#39;", "'"}, {"&nbsp;", "\u00a0"}};
    std::string out;
    for (size_t i = 0; i < text.size();) {
        const auto* known = std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& n) {
            return text.substr(i).starts_with(n.first);
        });
        if (known != std::end(kNames)) {
            out += known->second;
            i += known->first.size();
        } else {
            out += text[i++];
        }
    }
    return out;
}

// Comments, then tags go; runs of whitespace become one space.
Value StripTagsFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("striptags", args, {}, 0);
    std::string text = ToText(self);
    const auto remove = [&](std::string_view open, std::string_view close) {
        std::string out;
        size_t at = 0;
        for (;;) {
            const size_t begin = text.find(open, at);
            const size_t end =
                begin == std::string::npos ? begin : text.find(close, begin + open.size());
            if (end == std::string::npos) break;
            out.append(text, at, begin - at);
            at = end + close.size();
        }
        text = out + text.substr(at);
    };
    remove("<!--", "-->");
    remove("<", ">");
    std::string out;
    bool space = false;
    for (size_t i = 0; i < text.size();) {
        const size_t start = i;
        if (IsSpace(NextCodePoint(text, i))) {
            space = !out.empty();
        } else {
            if (space) out += ' ';
            space = false;
            out.append(text, start, i - start);
        }
    }
    return in.NewText(Unescape(out));
}

// transformers' own tojson: json.dumps without HTML escapes.
Value ToJsonFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound =
        Bind("tojson", args, {"ensure_ascii", "indent", "separators", "sort_keys"}, 0);
    JsonStyle style;
    style.ensure_ascii = bound[0] && Truthy(*bound[0]);
    style.sort_keys = bound[3] && Truthy(*bound[3]);
    if (bound[1] && bound[1]->IsText()) {
        style.indent = bound[1]->text();
    } else if (bound[1] && !bound[1]->IsNone()) {
        const int64_t width = std::clamp<int64_t>(RequireInt(*bound[1], "indent"), 0, 1000);
        style.indent = std::string(static_cast<size_t>(width), ' ');
    }
    if (style.indent) style.item_separator = ",";
    if (bound[2] && !bound[2]->IsNone()) {
        const std::vector<Value> both = in.Iterate(*bound[2]);
        if (both.size() != 2) Fail("separators must be a pair, not {} values", both.size());
        style.item_separator = RequireText(both[0], "a separator");
        style.key_separator = RequireText(both[1], "a separator");
    }
    return in.NewText(ToJson(self, style));
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&#34;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to,
                       int64_t count) {
    std::string out;
    size_t at = 0;
    const auto grow = [&](std::string_view part) {
        if (out.size() + part.size() > kMaxTextBytes) {
            FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
        }
        out += part;
    };
    if (from.empty()) {  // before each character, and at the end
        for (; count != 0; --count) {
            grow(to);
            if (at >= text.size()) break;
            const size_t start = at;
            NextCodePoint(text, at);
            grow(text.substr(start, at - start));
        }
        grow(text.substr(at));
        return out;
    }
    for (; count != 0; --count) {
        const size_t found = text.find(from, at);
        if (found == std::string_view::npos) break;
        grow(text.substr(at, found - at));
        grow(to);
        at = found + from.size();
    }
    grow(text.substr(at));
    return out;
}

FilterFunction FindTextFilter(const std::string& name) {
    static const std::unordered_map<std::string, FilterFunction> filters = {
        {"capitalize", MapFilter<Capitalize>},
        {"center", CenterFilter},
        {"e", EscapeFilter},
        {"escape", EscapeFilter},
        {"forceescape", ForceEscapeFilter},
        {"format", FormatFilter},
        {"indent", IndentFilter},
        {"lower", MapFilter<Lower>},
        {"replace", ReplaceFilter},
        {"safe", SafeFilter},
        {"string", StringFilter},
        {"striptags", StripTagsFilter},
        {"title", TitleFilter},
        {"tojson", ToJsonFilter},
        {"trim", TrimFilter},
        {"truncate", TruncateFilter},
        {"upper", MapFilter<Upper>},
        {"urlencode", UrlEncodeFilter},
        {"wordcount", WordCountFilter},
    };
    const auto it = filters.find(name);
    return it == filters.end() ? nullptr : it->second;
}

}  // namespace argosy::jinja
