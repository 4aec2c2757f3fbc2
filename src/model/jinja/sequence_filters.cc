// Filters about lists and dicts, and FindFilter.
#include <algorithm>
#include <unordered_map>

#include "model/jinja/attribute_path.h"
#include "model/jinja/operations.h"

namespace argosy::jinja {
namespace {

bool Flag(const Value* value) { return value && Truthy(*value); }
const Value* NotNone(const Value* value) { return value && !value->IsNone() ? value : nullptr; }

Value LengthFilter(Interpreter&, const Value& self, const Args& args) {
    Bind("length", args, {}, 0);
    const auto length = Length(self);
    if (!length) Fail("object of type '{}' has no len()", self.TypeName());
    return *length;
}

Value DefaultFilter(Interpreter&, const Value& self, const Args& args) {
    const auto bound = Bind("default", args, {"default_value", "boolean"}, 0);
    if (!self.IsUndefined() && !(Flag(bound[1]) && !Truthy(self))) return self;
    return bound[0] ? *bound[0] : Value("");
}

Value FirstFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("first", args, {}, 0);
    if (auto* sequence = self.As<Sequence>(); sequence && !sequence->view) {
        if (sequence->next < sequence->values.size()) return sequence->values[sequence->next++];
        return Value::MakeUndefined("No first item, sequence was empty.");
    }
    if (self.IsList() && !self.items().empty()) return self.items()[0];
    const std::vector<Value> items = in.Iterate(self);
    return items.empty() ? Value::MakeUndefined("No first item, sequence was empty.") : items[0];
}

Value LastFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("last", args, {}, 0);
    if (const auto* sequence = self.As<Sequence>(); sequence && !sequence->view) {
        Fail("'{}' object is not reversible", self.TypeName());
    }
    if (self.IsList() && !self.items().empty()) return self.items().back();
    const std::vector<Value> items = in.Iterate(self);
    return items.empty() ? Value::MakeUndefined("No last item, sequence was empty.") : items.back();
}

Value JoinFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("join", args, {"d", "attribute"}, 0);
    const std::string separator = bound[0] ? ToText(*bound[0]) : "";
    const AttributePath path(NotNone(bound[1]));
    std::string out;
    bool first = true;
    for (const Value& item : in.Iterate(self)) {
        if (!first) out += separator;
        first = false;
        out += ToText(path.Get(item));
        if (out.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    return in.NewText(std::move(out));
}

Value ListFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("list", args, {}, 0);
    return in.NewList(in.Iterate(self));
}

Value ItemsFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("items", args, {}, 0);
    std::vector<Value> pairs;
    if (self.IsDict()) {
        for (const auto& [key, value] : self.dict().entries()) {
            pairs.push_back(Value::MakeTuple({key, value}));
        }
    } else if (!self.IsUndefined()) {
        Fail("Can only get item pairs from a mapping.");
    }
    return in.NewIterator(std::move(pairs));
}

Value ReverseFilter(Interpreter& in, const Value& self, const Args& args) {
    Bind("reverse", args, {}, 0);
    std::vector<Value> items = in.Iterate(self);
    std::reverse(items.begin(), items.end());
    if (!self.IsText()) {
        if (self.As<Sequence>()) return in.NewList(std::move(items));
        return in.NewIterator(std::move(items), std::string(self.TypeName()) + "_reverseiterator");
    }
    std::string out;
    for (const Value& item : items) out += item.text();
    return in.NewText(std::move(out));
}

Value MapFilter(Interpreter& in, const Value& self, const Args& args) {
    if (!Truthy(self)) return in.NewIterator({});
    std::vector<Value> out;
    if (args.positional.empty()) {
        const auto bound = Bind("map", args, {"attribute", "default"}, 0);
        if (!bound[0]) Fail("map requires a filter argument");
        const AttributePath path(bound[0]);
        for (const Value& item : in.Iterate(self)) out.push_back(path.Get(item, bound[1]));
    } else {
        const std::string name = RequireText(args.positional[0], "the filter's name");
        Args rest{{args.positional.begin() + 1, args.positional.end()}, args.named};
        for (const Value& item : in.Iterate(self)) out.push_back(in.ApplyFilter(name, item, rest));
    }
    return in.NewIterator(std::move(out));
}

template <bool kSelect, bool kAttribute>
Value SelectFilter(Interpreter& in, const Value& self, const Args& args) {
    if (!Truthy(self)) return in.NewIterator({});
    constexpr size_t kOffset = kAttribute ? 1 : 0;
    if (args.positional.size() < kOffset) Fail("Missing parameter for attribute name");
    const AttributePath path(kAttribute ? &args.positional[0] : nullptr);
    std::string test;
    Args rest;
    if (args.positional.size() > kOffset) {
        test = RequireText(args.positional[kOffset], "the test's name");
        rest.positional.assign(args.positional.begin() + kOffset + 1, args.positional.end());
        rest.named = args.named;
    }
    std::vector<Value> out;
    for (const Value& item : in.Iterate(self)) {
        const Value part = path.Get(item);
        const bool yes = test.empty() ? Truthy(part) : in.ApplyTest(test, part, rest);
        if (yes == kSelect) out.push_back(item);
    }
    return in.NewIterator(std::move(out));
}

// Sorts items by keys computed once; stable, also in reverse.
std::vector<Value> SortBy(Interpreter& in, std::vector<Value> items, const std::vector<Value>& keys,
                          bool reverse) {
    in.Charge(items.size() * 20);  // about n log n
    std::vector<Value> out;
    for (const size_t i : SortedOrder(keys, reverse)) out.push_back(std::move(items[i]));
    return out;
}

Value SortFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("sort", args, {"reverse", "case_sensitive", "attribute"}, 0);
    const bool fold = !Flag(bound[1]);
    std::vector<AttributePath> paths;
    const Value* attribute = NotNone(bound[2]);
    if (attribute && attribute->IsText()) {
        const std::string& text = attribute->text();
        for (size_t start = 0; start <= text.size();) {
            const size_t comma = std::min(text.find(',', start), text.size());
            const Value part(text.substr(start, comma - start));
            paths.emplace_back(&part);
            start = comma + 1;
        }
    } else {
        paths.emplace_back(attribute);
    }
    std::vector<Value> items = in.Iterate(self), keys;
    for (const Value& item : items) {
        std::vector<Value> key;
        for (const AttributePath& path : paths) {
            key.push_back(fold ? IgnoreCase(path.Get(item)) : path.Get(item));
        }
        keys.push_back(Value::MakeList(std::move(key)));
    }
    return in.NewList(SortBy(in, std::move(items), keys, Flag(bound[0])));
}

Value DictSortFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("dictsort", args, {"case_sensitive", "by", "reverse"}, 0);
    const std::string by = bound[1] ? RequireText(*bound[1], "by") : "key";
    if (by != "key" && by != "value") Fail("You can only sort by either \"key\" or \"value\"");
    if (self.IsUndefined()) Fail("{}", self.why());
    if (!self.IsDict()) Fail("'{}' object has no attribute 'items'", self.TypeName());
    std::vector<Value> pairs, keys;
    for (const auto& [key, value] : self.dict().entries()) {
        pairs.push_back(Value::MakeTuple({key, value}));
        const Value& sorted = by == "key" ? key : value;
        keys.push_back(Flag(bound[0]) ? sorted : IgnoreCase(sorted));
    }
    return in.NewList(SortBy(in, std::move(pairs), keys, Flag(bound[2])));
}

Value UniqueFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("unique", args, {"case_sensitive", "attribute"}, 0);
    const AttributePath path(NotNone(bound[1]));
    Dict seen;
    std::vector<Value> out;
    for (const Value& item : in.Iterate(self)) {
        Value key = path.Get(item);
        if (!Flag(bound[0])) key = IgnoreCase(std::move(key));
        if (seen.Find(key)) continue;
        seen.Set(key, true);
        out.push_back(item);
    }
    return in.NewIterator(std::move(out));
}

template <bool kMax>
Value ExtremeFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("min", args, {"case_sensitive", "attribute"}, 0);
    const AttributePath path(NotNone(bound[1]));
    const std::vector<Value> items = in.Iterate(self);
    if (items.empty()) return Value::MakeUndefined("No aggregated item, sequence was empty.");
    const auto key_of = [&](const Value& item) {
        return Flag(bound[0]) ? path.Get(item) : IgnoreCase(path.Get(item));
    };
    size_t best = 0;
    Value best_key = key_of(items[0]);
    for (size_t i = 1; i < items.size(); ++i) {
        Value key = key_of(items[i]);
        if (kMax ? Less(best_key, key, ">") : Less(key, best_key)) {
            best = i;
            best_key = std::move(key);
        }
    }
    return items[best];
}

Value GroupByFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("groupby", args, {"attribute", "default", "case_sensitive"}, 1);
    const AttributePath path(bound[0]);
    std::vector<Value> items = in.Iterate(self), keys;
    const auto key_of = [&](const Value& item) {
        Value key = path.Get(item, bound[1]);
        return Flag(bound[2]) ? key : IgnoreCase(std::move(key));
    };
    for (const Value& item : items) keys.push_back(key_of(item));
    items = SortBy(in, std::move(items), keys, false);
    std::vector<Value> groups, members;
    const auto close = [&] {
        if (members.empty()) return;
        Value grouper = path.Get(members[0], bound[1]);
        groups.push_back(Value::MakeGroup(std::move(grouper), in.NewList(std::move(members))));
        members.clear();
    };
    Value current;
    for (Value& item : items) {
        Value key = key_of(item);
        if (!members.empty() && !Equal(key, current)) close();
        current = std::move(key);
        members.push_back(std::move(item));
    }
    close();
    return in.NewList(std::move(groups));
}

Value BatchFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("batch", args, {"linecount", "fill_with"}, 1);
    const int64_t size = RequireInt(*bound[0], "linecount");
    if (size > 100000) FailLimit("a batch of more than 100000 items");
    std::vector<Value> out, row;
    for (Value& item : in.Iterate(self)) {
        if (static_cast<int64_t>(row.size()) == size) {
            out.push_back(in.NewList(std::move(row)));
            row.clear();
        }
        row.push_back(std::move(item));
    }
    if (!row.empty()) {
        while (NotNone(bound[1]) && static_cast<int64_t>(row.size()) < size) {
            row.push_back(*bound[1]);
        }
        out.push_back(in.NewList(std::move(row)));
    }
    return in.NewIterator(std::move(out));
}

Value SliceFilter(Interpreter& in, const Value& self, const Args& args) {
    const auto bound = Bind("slice", args, {"slices", "fill_with"}, 1);
    const int64_t slices = RequireInt(*bound[0], "slices");
    if (slices == 0) Fail("integer division or modulo by zero");
    if (slices > 100000) FailLimit("more than 100000 slices");
    const std::vector<Value> items = in.Iterate(self);
    std::vector<Value> out;
    const auto total = static_cast<int64_t>(items.size());
    auto next = items.begin();
    for (int64_t i = 0; i < slices; ++i) {
        const bool extra = i < total % slices;
        const auto end = next + static_cast<std::ptrdiff_t>(total / slices + (extra ? 1 : 0));
        std::vector<Value> part(next, end);
        next = end;
        if (NotNone(bound[1]) && !extra) part.push_back(*bound[1]);
        out.push_back(in.NewList(std::move(part)));
    }
    return in.NewIterator(std::move(out));
}

// The attribute only, never the item of that key.
Value AttrFilter(Interpreter&, const Value& self, const Args& args) {
    const auto bound = Bind("attr", args, {"name"}, 1);
    const std::string& name = RequireText(*bound[0], "attribute name");
    if (self.IsDict()) {
        const auto method = FindMethod(self, name);
        return method ? *method
                      : Value::MakeUndefined("'dict object' has no attribute '" + name + "'");
    }
    return GetAttribute(self, name);
}

}  // namespace

FilterFunction FindFilter(const std::string& name) {
    static const std::unordered_map<std::string, FilterFunction> filters = {
        {"attr", AttrFilter},
        {"batch", BatchFilter},
        {"count", LengthFilter},
        {"d", DefaultFilter},
        {"default", DefaultFilter},
        {"dictsort", DictSortFilter},
        {"first", FirstFilter},
        {"groupby", GroupByFilter},
        {"items", ItemsFilter},
        {"join", JoinFilter},
        {"last", LastFilter},
        {"length", LengthFilter},
        {"list", ListFilter},
        {"map", MapFilter},
        {"max", ExtremeFilter<true>},
        {"min", ExtremeFilter<false>},
        {"reject", SelectFilter<false, false>},
        {"rejectattr", SelectFilter<false, true>},
        {"reverse", ReverseFilter},
        {"select", SelectFilter<true, false>},
        {"selectattr", SelectFilter<true, true>},
        {"slice", SliceFilter},
        {"sort", SortFilter},
        {"unique", UniqueFilter},
    };
    const auto it = filters.find(name);
    if (it != filters.end()) return it->second;
    if (const FilterFunction text = FindTextFilter(name)) return text;
    return FindNumberFilter(name);
}

}  // namespace argosy::jinja
