// The methods of str.
#include <algorithm>
#include <unordered_map>

#include "model/jinja/operations.h"
#include "model/jinja/text_filters.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

using Method = Value (*)(Interpreter&, const Text&, const Args&);

const std::string* OptionalText(const Value* value, std::string_view what) {
    return value && !value->IsNone() ? &RequireText(*value, what) : nullptr;
}

int64_t OptionalInt(const Value* value, int64_t fallback, std::string_view what) {
    return value && !value->IsNone() ? RequireInt(*value, what) : fallback;
}

template <bool kLeft, bool kRight>
Value StripMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("strip", args, {"chars"}, 0);
    return in.NewText(
        std::string(Strip(self.text, OptionalText(bound[0], "strip arg"), kLeft, kRight)));
}

template <std::string (*kMap)(std::string_view)>
Value MapMethod(Interpreter& in, const Text& self, const Args& args) {
    Bind("str method", args, {}, 0);
    return in.NewText(kMap(self.text));
}

// All characters satisfy, and there is at least one.
template <bool (*kTest)(char32_t)>
Value AllMethod(Interpreter&, const Text& self, const Args& args) {
    Bind("str method", args, {}, 0);
    const std::u32string points = ToCodePoints(self.text);
    return !points.empty() && std::all_of(points.begin(), points.end(), kTest);
}

bool IsAlphaNumeric(char32_t c) { return IsAlpha(c) || IsNumeric(c); }

// No cased character of the other case, and at least one of this.
template <bool (*kYes)(char32_t), bool (*kNo)(char32_t)>
Value CaseMethod(Interpreter&, const Text& self, const Args& args) {
    Bind("str method", args, {}, 0);
    bool any = false;
    for (const char32_t c : ToCodePoints(self.text)) {
        if (kNo(c)) return false;
        any |= kYes(c);
    }
    return any;
}

Value IsAsciiMethod(Interpreter&, const Text& self, const Args& args) {
    Bind("isascii", args, {}, 0);
    return self.ascii;
}

Value IsTitleMethod(Interpreter&, const Text& self, const Args& args) {
    Bind("istitle", args, {}, 0);
    bool any = false, inside = false;
    for (const char32_t c : ToCodePoints(self.text)) {
        if (IsUpper(c) && inside) return false;
        if (IsLower(c) && !inside) return false;
        inside = IsCased(c);
        any |= inside;
    }
    return any;
}

Value SplitSpace(Interpreter& in, std::string_view text, int64_t limit) {
    std::vector<Value> parts;
    text = Strip(text, nullptr, true, false);
    while (!text.empty()) {
        if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit) {
            parts.push_back(in.NewText(std::string(text)));
            break;
        }
        size_t end = 0;
        for (size_t next = 0; end < text.size(); end = next) {
            if (IsSpace(NextCodePoint(text, next))) break;
        }
        parts.push_back(in.NewText(std::string(text.substr(0, end))));
        text = Strip(text.substr(end), nullptr, true, false);
    }
    return in.NewList(std::move(parts));
}

Value SplitSpaceFromRight(Interpreter& in, std::string_view text, int64_t limit) {
    std::vector<Value> parts;
    text = Strip(text, nullptr, false, true);
    while (!text.empty()) {
        if (static_cast<int64_t>(parts.size()) == limit) {
            parts.push_back(in.NewText(std::string(text)));
            break;
        }
        size_t start = 0;  // behind the last whitespace
        for (size_t next = 0; next < text.size();) {
            if (IsSpace(NextCodePoint(text, next))) start = next;
        }
        in.Charge(text.size() / 64);
        parts.push_back(in.NewText(std::string(text.substr(start))));
        text = Strip(text.substr(0, start), nullptr, false, true);
    }
    std::reverse(parts.begin(), parts.end());
    return in.NewList(std::move(parts));
}

Value SplitMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("split", args, {"sep", "maxsplit"}, 0);
    const int64_t limit = OptionalInt(bound[1], -1, "maxsplit");
    const std::string* separator = OptionalText(bound[0], "sep");
    if (!separator) return SplitSpace(in, self.text, limit);
    if (separator->empty()) Fail("empty separator");
    std::vector<Value> parts;
    size_t start = 0;
    while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
        const size_t at = self.text.find(*separator, start);
        if (at == std::string::npos) break;
        parts.push_back(in.NewText(self.text.substr(start, at - start)));
        start = at + separator->size();
    }
    parts.push_back(in.NewText(self.text.substr(start)));
    return in.NewList(std::move(parts));
}

Value RSplitMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("rsplit", args, {"sep", "maxsplit"}, 0);
    const int64_t limit = OptionalInt(bound[1], -1, "maxsplit");
    const std::string* separator = OptionalText(bound[0], "sep");
    if (!separator) {
        return limit < 0 ? SplitSpace(in, self.text, -1)
                         : SplitSpaceFromRight(in, self.text, limit);
    }
    if (separator->empty()) Fail("empty separator");
    std::vector<Value> parts;
    size_t end = self.text.size();
    while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
        if (end < separator->size()) break;
        const size_t at = self.text.rfind(*separator, end - separator->size());
        if (at == std::string::npos) break;
        const size_t start = at + separator->size();
        parts.push_back(in.NewText(self.text.substr(start, end - start)));
        end = at;
    }
    parts.push_back(in.NewText(self.text.substr(0, end)));
    std::reverse(parts.begin(), parts.end());
    return in.NewList(std::move(parts));
}

Value SplitLinesMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("splitlines", args, {"keepends"}, 0);
    std::vector<Value> lines;
    for (const std::string_view line : SplitLines(self.text, bound[0] && Truthy(*bound[0]))) {
        lines.push_back(in.NewText(std::string(line)));
    }
    return in.NewList(std::move(lines));
}

template <bool kRight>
Value PartitionMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("partition", args, {"sep"}, 1);
    const std::string& separator = RequireText(*bound[0], "sep");
    if (separator.empty()) Fail("empty separator");
    const size_t at = kRight ? self.text.rfind(separator) : self.text.find(separator);
    if (at == std::string::npos) {
        const Value whole = in.NewText(self.text);
        return kRight ? Value::MakeTuple({"", "", whole}) : Value::MakeTuple({whole, "", ""});
    }
    return Value::MakeTuple({in.NewText(self.text.substr(0, at)), separator,
                             in.NewText(self.text.substr(at + separator.size()))});
}

// The part of the text that [start:end] of find, count, startswith ... means, and how many code
// points lie before it; nothing where start is behind the end.
struct Window {
    std::string_view text;
    int64_t offset;
};
std::optional<Window> WindowOf(const Text& self, const Value* start, const Value* end) {
    const auto size =
        static_cast<int64_t>(self.ascii ? self.text.size() : CountCodePoints(self.text));
    const auto place = [&](const Value* bound, int64_t fallback) {
        const int64_t at = OptionalInt(bound, fallback, "a slice index");
        return at < 0 ? std::max<int64_t>(at + size, 0) : at;
    };
    const int64_t from = place(start, 0), to = std::min(place(end, size), size);
    if (from > to) return std::nullopt;
    if (self.ascii) {
        return Window{std::string_view(self.text).substr(static_cast<size_t>(from),
                                                         static_cast<size_t>(to - from)),
                      from};
    }
    size_t begin = 0, at = 0;
    for (int64_t i = 0; i < to; ++i) {
        if (i == from) begin = at;
        NextCodePoint(self.text, at);
    }
    if (from == to) begin = at;
    return Window{std::string_view(self.text).substr(begin, at - begin), from};
}

template <bool kEnd>
Value StartsWithMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("startswith", args, {"prefix", "start", "end"}, 1);
    const auto window = WindowOf(self, bound[1], bound[2]);
    std::vector<Value> options{*bound[0]};
    if (bound[0]->IsTuple()) options = bound[0]->items();
    in.Charge(options.size());
    bool any = false;
    for (const Value& option : options) {
        const std::string& affix =
            RequireText(option, "startswith/endswith first arg must be str or a tuple of str; it");
        any |= window && (kEnd ? window->text.ends_with(affix) : window->text.starts_with(affix));
    }
    return any;
}

template <bool kRight, bool kMust>
Value FindMethodOf(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("find", args, {"sub", "start", "end"}, 1);
    const std::string& what = RequireText(*bound[0], "the text to find");
    in.Charge(self.text.size() / 64);
    const auto window = WindowOf(self, bound[1], bound[2]);
    size_t at = std::string::npos;
    if (window) at = kRight ? window->text.rfind(what) : window->text.find(what);
    if (at == std::string::npos) {
        if (kMust) Fail("substring not found");
        return int64_t{-1};
    }
    return window->offset + static_cast<int64_t>(CountCodePoints(window->text.substr(0, at)));
}

Value CountMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("count", args, {"sub", "start", "end"}, 1);
    const std::string& what = RequireText(*bound[0], "the text to count");
    in.Charge(self.text.size() / 64);
    const auto window = WindowOf(self, bound[1], bound[2]);
    if (!window) return int64_t{0};
    if (what.empty()) return static_cast<int64_t>(CountCodePoints(window->text)) + 1;
    int64_t count = 0;
    for (size_t at = window->text.find(what); at != std::string::npos;
         at = window->text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

Value ReplaceMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("replace", args, {"old", "new", "count"}, 2);
    return in.NewText(ReplaceAll(self.text, RequireText(*bound[0], "old"),
                                 RequireText(*bound[1], "new"),
                                 OptionalInt(bound[2], -1, "count")));
}

template <bool kSuffix>
Value RemoveAffixMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("removeprefix", args, {"affix"}, 1);
    const std::string& affix = RequireText(*bound[0], "the affix");
    std::string_view text = self.text;
    if (kSuffix && text.ends_with(affix)) {
        text.remove_suffix(affix.size());
    } else if (!kSuffix && text.starts_with(affix)) {
        text.remove_prefix(affix.size());
    }
    return in.NewText(std::string(text));
}

Value JoinMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("join", args, {"iterable"}, 1);
    std::string out;
    bool first = true;
    for (const Value& item : in.Iterate(*bound[0])) {
        if (!first) out += self.text;
        first = false;
        out += RequireText(item, "a joined item");
        if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    return in.NewText(std::move(out));
}

std::string Padding(const std::string& fill, int64_t count) {
    std::string out;
    if (count > static_cast<int64_t>(kMaxTextBytes / 4)) {
        FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    for (int64_t i = 0; i < count; ++i) out += fill;
    return out;
}

enum class Side { kLeft, kRight, kBoth };
template <Side kSide>
Value JustifyMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("ljust", args, {"width", "fillchar"}, 1);
    const std::string fill = bound[1] ? RequireText(*bound[1], "fillchar") : " ";
    if (CountCodePoints(fill) != 1) Fail("the fill character must be exactly one character long");
    const int64_t width = RequireInt(*bound[0], "width");
    const int64_t space =
        std::max<int64_t>(width - static_cast<int64_t>(CountCodePoints(self.text)), 0);
    // Python puts the odd one left where the width is odd.
    const int64_t left = kSide == Side::kLeft    ? 0
                         : kSide == Side::kRight ? space
                                                 : space / 2 + (space & width & 1);
    return in.NewText(Padding(fill, left) + self.text + Padding(fill, space - left));
}

Value ZFillMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("zfill", args, {"width"}, 1);
    const int64_t space =
        RequireInt(*bound[0], "width") - static_cast<int64_t>(CountCodePoints(self.text));
    const size_t sign = self.text.starts_with('+') || self.text.starts_with('-') ? 1 : 0;
    return in.NewText(self.text.substr(0, sign) + Padding("0", space) + self.text.substr(sign));
}

Value ExpandTabsMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("expandtabs", args, {"tabsize"}, 0);
    const int64_t size = OptionalInt(bound[0], 8, "tabsize");
    std::string out;
    int64_t column = 0;
    for (size_t i = 0; i < self.text.size();) {
        const size_t start = i;
        const char32_t c = NextCodePoint(self.text, i);
        if (c == '\t') {
            const int64_t space = size > 0 ? size - column % size : 0;
            out += Padding(" ", space);
            column += space;
        } else {
            out.append(self.text, start, i - start);
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
        if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    return in.NewText(std::move(out));
}

Value FormatMethod(Interpreter& in, const Text& self, const Args& args) {
    return in.NewText(BraceFormat(self.text, args));
}

Value FormatMapMethod(Interpreter& in, const Text& self, const Args& args) {
    const auto bound = Bind("format_map", args, {"mapping"}, 1);
    if (!bound[0]->IsDict()) Fail("format_map() takes a mapping");
    Args named;
    for (const auto& [key, value] : bound[0]->dict().entries()) {
        named.named.emplace_back(ToText(key), value);
    }
    return in.NewText(BraceFormat(self.text, named));
}

const std::unordered_map<std::string, Method>& Methods() {
    static const std::unordered_map<std::string, Method> methods = {
        {"capitalize", MapMethod<Capitalize>},
        {"casefold", MapMethod<Lower>},
        {"center", JustifyMethod<Side::kBoth>},
        {"count", CountMethod},
        {"endswith", StartsWithMethod<true>},
        {"expandtabs", ExpandTabsMethod},
        {"find", FindMethodOf<false, false>},
        {"format", FormatMethod},
        {"format_map", FormatMapMethod},
        {"index", FindMethodOf<false, true>},
        {"isalnum", AllMethod<IsAlphaNumeric>},
        {"isalpha", AllMethod<IsAlpha>},
        {"isascii", IsAsciiMethod},
        {"isdecimal", AllMethod<IsDecimalDigit>},
        {"isdigit", AllMethod<IsDecimalDigit>},
        {"islower", CaseMethod<IsLower, IsUpper>},
        {"isnumeric", AllMethod<IsNumeric>},
        {"isspace", AllMethod<IsSpace>},
        {"istitle", IsTitleMethod},
        {"isupper", CaseMethod<IsUpper, IsLower>},
        {"join", JoinMethod},
        {"ljust", JustifyMethod<Side::kLeft>},
        {"lower", MapMethod<Lower>},
        {"lstrip", StripMethod<true, false>},
        {"partition", PartitionMethod<false>},
        {"removeprefix", RemoveAffixMethod<false>},
        {"removesuffix", RemoveAffixMethod<true>},
        {"replace", ReplaceMethod},
        {"rfind", FindMethodOf<true, false>},
        {"rindex", FindMethodOf<true, true>},
        {"rjust", JustifyMethod<Side::kRight>},
        {"rpartition", PartitionMethod<true>},
        {"rsplit", RSplitMethod},
        {"rstrip", StripMethod<false, true>},
        {"split", SplitMethod},
        {"splitlines", SplitLinesMethod},
        {"startswith", StartsWithMethod<false>},
        {"strip", StripMethod<true, true>},
        {"swapcase", MapMethod<SwapCase>},
        {"title", MapMethod<Title>},
        {"upper", MapMethod<Upper>},
        {"zfill", ZFillMethod},
    };
    return methods;
}

}  // namespace

std::optional<Function::Body> FindTextMethod(const TextPtr& self, const std::string& name) {
    const auto it = Methods().find(name);
    if (it == Methods().end()) return std::nullopt;
    return [self, method = it->second](Interpreter& in, const Args& args) {
        in.Charge(self->text.size() / 64);
        return method(in, *self, args);
    };
}

}  // namespace argosy::jinja
