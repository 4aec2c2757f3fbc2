// Attributes, items and slices.
#include <algorithm>

#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

std::string DescribeObject(const Value& value) {
    return value.IsNone() ? "None" : std::string(value.TypeName()) + " object";
}

Value NoSuch(const Value& value, const std::string& name) {
    return Value::MakeUndefined("'" + DescribeObject(value) + "' has no attribute '" + name + "'");
}

// What Python's getattr gives; nothing where there is no such attribute.
std::optional<Value> Attribute(const Value& value, const std::string& name) {
    if (const auto* space = value.As<Namespace>()) {
        const Value* found = space->attributes.FindText(name);
        return found ? std::optional(*found) : std::nullopt;
    }
    if (auto* attributed = value.As<Attributed>()) return attributed->Attribute(name);
    if (name.starts_with("__")) {
        return Value::MakeUndefined("access to attribute '" + name + "' of '" +
                                    std::string(value.TypeName()) + "' object is unsafe.");
    }
    if (value.IsList() && value.list().group) {
        if (name == "grouper") return value.items()[0];
        if (name == "list") return value.items()[1];
    }
    return FindMethod(value, name);
}

std::optional<Value> Item(const Value& value, const Value& key) {
    if (value.IsDict()) {
        if (key.IsList() && !key.list().tuple) return std::nullopt;
        if (key.IsDict()) return std::nullopt;
        const Value* found = value.dict().Find(key);
        return found ? std::optional(*found) : std::nullopt;
    }
    if (!key.IsIntegral()) return std::nullopt;
    const bool indexable = value.IsText() || value.IsList() || value.As<Range>() != nullptr;
    if (!indexable) return std::nullopt;
    const int64_t size = *Length(value);
    const int64_t index = key.integer() < 0 ? key.integer() + size : key.integer();
    if (index < 0 || index >= size) return std::nullopt;
    const auto at = static_cast<size_t>(index);
    if (value.IsList()) return value.items()[at];
    if (const auto* range = value.As<Range>()) return range->At(index);
    const Text& text = value.text_object();
    if (text.ascii) return Value(std::string(1, text.text[at]));
    return Value(ToUtf8({&ToCodePoints(text.text)[at], 1}));
}

struct Bounds {
    int64_t start, stop, step;
    int64_t count() const {
        if (step > 0) return stop <= start ? 0 : (stop - start - 1) / step + 1;
        return start <= stop ? 0 : (start - stop - 1) / -step + 1;
    }
};

// As Python's slice.indices().
Bounds Resolve(int64_t size, const Value& start, const Value& stop, const Value& step) {
    const auto check = [](const Value& bound) {
        if (bound.IsUndefined()) Fail("{}", bound.why());
        if (!bound.IsNone() && !bound.IsIntegral()) {
            Fail("slice indices must be integers or None, not {}", bound.TypeName());
        }
    };
    check(start), check(stop), check(step);
    Bounds bounds{};
    bounds.step = step.IsNone() ? 1 : step.integer();
    if (bounds.step == 0) Fail("slice step cannot be zero");
    // A step beyond the size takes one item whatever it is; so it cannot overflow below.
    bounds.step = std::clamp<int64_t>(bounds.step, -size - 1, size + 1);
    const int64_t low = bounds.step < 0 ? -1 : 0;
    const int64_t high = bounds.step < 0 ? size - 1 : size;
    const auto place = [&](const Value& bound, int64_t fallback) {
        if (bound.IsNone()) return fallback;
        int64_t at = bound.integer();
        if (at < 0) at = at < -size ? low : at + size;
        return std::clamp(at, low, high);
    };
    bounds.start = place(start, bounds.step < 0 ? high : low);
    bounds.stop = place(stop, bounds.step < 0 ? low : high);
    return bounds;
}

}  // namespace

Value GetAttribute(const Value& value, const std::string& name) {
    if (value.IsUndefined()) Fail("{}", value.why());
    if (auto found = Attribute(value, name)) return *found;
    if (value.IsDict()) {
        if (const Value* found = value.dict().FindText(name)) return *found;
    }
    return NoSuch(value, name);
}

Value GetItem(const Value& value, const Value& key) {
    if (value.IsUndefined()) Fail("{}", value.why());
    if (auto found = Item(value, key)) return *found;
    if (key.IsText()) {
        if (auto found = Attribute(value, key.text())) return *found;
        return NoSuch(value, key.text());
    }
    return Value::MakeUndefined(DescribeObject(value) + " has no element " + Repr(key));
}

Value Slice(Interpreter& interpreter, const Value& value, const Value& start, const Value& stop,
            const Value& step) {
    if (value.IsUndefined()) Fail("{}", value.why());
    const auto* range = value.As<Range>();
    if (!value.IsText() && !value.IsList() && !range) {
        Fail("'{}' object is not subscriptable by a slice", value.TypeName());
    }
    const Bounds bounds = Resolve(*Length(value), start, stop, step);
    const int64_t count = bounds.count();
    if (range) {
        const int64_t first = bounds.start, stride = bounds.step;
        if (count == 0) return std::make_shared<Range>(0, 0, 1);
        // With two items both in the range, neither product nor end overflows.
        const int64_t from = range->At(first);
        const int64_t by = count == 1 ? 1 : range->step() * stride;
        const bool inside = bounds.stop >= 0 && bounds.stop < range->size();
        const int64_t end =
            inside ? range->At(bounds.stop) : from + by * (count - 1) + (by > 0 ? 1 : -1);
        return std::make_shared<Range>(from, end, by);
    }
    if (value.IsList()) {
        std::vector<Value> items;
        for (int64_t i = 0; i < count; ++i) {
            items.push_back(value.items()[static_cast<size_t>(bounds.start + i * bounds.step)]);
        }
        return interpreter.NewList(std::move(items), value.IsTuple());
    }
    const Text& text = value.text_object();
    if (text.ascii) {
        std::string out;
        for (int64_t i = 0; i < count; ++i) {
            out += text.text[static_cast<size_t>(bounds.start + i * bounds.step)];
        }
        return interpreter.NewText(std::move(out));
    }
    const std::u32string points = ToCodePoints(text.text);
    std::u32string out;
    for (int64_t i = 0; i < count; ++i) {
        out += points[static_cast<size_t>(bounds.start + i * bounds.step)];
    }
    interpreter.Charge(points.size() / 64);
    return interpreter.NewText(ToUtf8(out));
}

}  // namespace argosy::jinja
