#include "model/jinja/value.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "model/jinja/objects.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

std::shared_ptr<Text> MakeText(std::string text) {
    auto out = std::make_shared<Text>();
    out->ascii = IsAscii(text);
    out->text = std::move(text);
    return out;
}

int CheckedDepth(int depth) {
    if (depth > kMaxValueDepth) {
        FailLimit("values nest more than {} deep", kMaxValueDepth);
    }
    return depth;
}

size_t CheckedWeight(size_t weight) {
    if (weight > kMaxValueWeight) FailLimit("a value has more than {} items", kMaxValueWeight);
    return weight;
}

// Equal numbers must hash alike whatever their type.
uint64_t HashNumber(double d) {
    if (d == std::floor(d) && std::fabs(d) < 9.2e18) {
        return std::hash<int64_t>()(static_cast<int64_t>(d));
    }
    return std::hash<double>()(d);
}

// The size tells long texts apart well enough; hashing them whole would cost too much.
uint64_t HashText(std::string_view text) {
    constexpr size_t kPrefix = 4096;
    return std::hash<std::string_view>()(text.substr(0, kPrefix)) ^ text.size();
}

bool EqualNumbers(const Value& a, const Value& b) {
    if (a.IsIntegral() && b.IsIntegral()) return a.integer() == b.integer();
    return a.number() == b.number();
}

}  // namespace

Value::Value(std::string text) : data_(TextPtr(MakeText(std::move(text)))) {}

Value Value::MakeUndefined(std::string why) {
    Value value;
    value.data_ = Undefined{std::make_shared<const std::string>(std::move(why))};
    return value;
}

Value Value::MakeSafe(std::string text) {
    auto out = MakeText(std::move(text));
    out->safe = true;
    return TextPtr(std::move(out));
}

Value Value::MakeList(std::vector<Value> items, bool tuple) {
    auto list = std::make_shared<List>();
    for (const Value& item : items) {
        list->depth = std::max(list->depth, item.depth() + 1);
        list->weight += item.weight();
    }
    CheckedDepth(list->depth);
    CheckedWeight(list->weight);
    list->items = std::move(items);
    list->tuple = tuple;
    Value value;
    value.data_ = ListPtr(std::move(list));
    return value;
}

Value Value::MakeGroup(Value grouper, Value list) {
    auto group = std::make_shared<List>();
    group->depth = CheckedDepth(std::max(grouper.depth(), list.depth()) + 1);
    group->weight = CheckedWeight(grouper.weight() + list.weight() + 1);
    group->items = {std::move(grouper), std::move(list)};
    group->tuple = group->group = true;
    Value value;
    value.data_ = ListPtr(std::move(group));
    return value;
}

int Value::depth() const {
    if (IsList()) return list().depth;
    if (IsDict()) return dict().depth();
    if (const auto* sequence = As<Sequence>()) return sequence->depth;
    return 0;
}

size_t Value::weight() const {
    if (IsList()) return list().weight;
    if (IsDict()) return dict().weight();
    if (const auto* sequence = As<Sequence>()) return sequence->weight;
    return 1;
}

std::string_view Value::TypeName() const {
    if (IsUndefined()) return "Undefined";
    if (IsNone()) return "NoneType";
    if (IsBool()) return "bool";
    if (IsInt()) return "int";
    if (IsFloat()) return "float";
    if (IsText()) return "str";
    if (IsList()) return list().tuple ? "tuple" : "list";
    if (IsDict()) return "dict";
    return object()->type_name();
}

bool Value::Same(const Value& other) const {
    if (data_.index() != other.data_.index()) return false;
    if (IsList()) return &list() == &other.list();
    if (IsDict()) return &dict() == &other.dict();
    if (IsObject()) return object() == other.object();
    if (IsUndefined())
        return std::get<Undefined>(data_).why == std::get<Undefined>(other.data_).why;
    return Equal(*this, other);
}

const Value* Dict::Find(const Value& key) const {
    const auto [begin, end] = index_.equal_range(Hash(key));
    for (auto it = begin; it != end; ++it) {
        if (Equal(entries_[it->second].first, key)) return &entries_[it->second].second;
    }
    return nullptr;
}

const Value* Dict::FindText(std::string_view key) const {
    const auto [begin, end] = index_.equal_range(HashText(key));
    for (auto it = begin; it != end; ++it) {
        const Entry& entry = entries_[it->second];
        if (entry.first.IsText() && entry.first.text() == key) return &entry.second;
    }
    return nullptr;
}

void Dict::Set(const Value& key, Value value) {
    depth_ = CheckedDepth(std::max({depth_, key.depth() + 1, value.depth() + 1}));
    weight_ = CheckedWeight(weight_ + key.weight() + value.weight());
    if (const Value* old = Find(key)) {
        // Find gives a const view of our own entry.
        const_cast<Value&>(*old) = std::move(value);
        return;
    }
    index_.emplace(Hash(key), entries_.size());
    entries_.emplace_back(key, std::move(value));
}

Value MakeDict(Dict dict) { return DictPtr(std::make_shared<const Dict>(std::move(dict))); }

bool Truthy(const Value& value) {
    if (value.IsUndefined() || value.IsNone()) return false;
    if (value.IsIntegral()) return value.integer() != 0;
    if (value.IsFloat()) return value.real() != 0;
    if (value.IsText()) return !value.text().empty();
    if (value.IsList()) return !value.items().empty();
    if (value.IsDict()) return value.dict().size() != 0;
    if (const auto* sequence = value.As<Sequence>()) return sequence->truthy();
    if (const auto* range = value.As<Range>()) return range->size() > 0;
    return true;
}

bool Equal(const Value& a, const Value& b, int depth) {
    if (depth > kMaxValueDepth) FailLimit("comparison nests more than {} deep", kMaxValueDepth);
    if (a.IsNumber() && b.IsNumber()) return EqualNumbers(a, b);
    if (a.IsText() && b.IsText()) return a.text() == b.text();
    if (a.IsNone() || b.IsNone()) return a.IsNone() && b.IsNone();
    if (a.IsUndefined() || b.IsUndefined()) return a.IsUndefined() && b.IsUndefined();
    if (a.IsList() && b.IsList()) {
        if (a.list().tuple != b.list().tuple || a.items().size() != b.items().size()) return false;
        for (size_t i = 0; i < a.items().size(); ++i) {
            if (!Equal(a.items()[i], b.items()[i], depth + 1)) return false;
        }
        return true;
    }
    if (a.IsDict() && b.IsDict()) {
        if (a.dict().size() != b.dict().size()) return false;
        for (const auto& [key, value] : a.dict().entries()) {
            const Value* other = b.dict().Find(key);
            if (!other || !Equal(value, *other, depth + 1)) return false;
        }
        return true;
    }
    if (const auto *x = a.As<Range>(), *y = b.As<Range>(); x && y) {
        return x->size() == y->size() && (x->size() == 0 || x->At(0) == y->At(0)) &&
               (x->size() < 2 || x->step() == y->step());
    }
    return a.IsObject() && b.IsObject() && a.object() == b.object();
}

bool Less(const Value& a, const Value& b, std::string_view op, int depth) {
    if (depth > kMaxValueDepth) FailLimit("comparison nests more than {} deep", kMaxValueDepth);
    if (a.IsNumber() && b.IsNumber()) {
        if (a.IsIntegral() && b.IsIntegral()) return a.integer() < b.integer();
        return a.number() < b.number();
    }
    if (a.IsText() && b.IsText()) return a.text() < b.text();  // UTF-8 keeps code point order
    if (a.IsList() && b.IsList() && a.list().tuple == b.list().tuple) {
        const auto &x = a.items(), &y = b.items();
        for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
            if (!Equal(x[i], y[i], depth + 1)) return Less(x[i], y[i], op, depth + 1);
        }
        return x.size() < y.size();
    }
    for (const Value* side : {&a, &b}) {
        if (side->IsUndefined()) Fail("{}", side->why());
    }
    Fail("'{}' not supported between instances of '{}' and '{}'", op, a.TypeName(), b.TypeName());
}

// Bottom-up merge sort: std::stable_sort of this library calls what is deprecated, and std::sort
// may leave its bounds where the order is inconsistent.
std::vector<size_t> SortedOrder(const std::vector<Value>& keys, bool reverse) {
    std::vector<size_t> order(keys.size()), merged(keys.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto before = [&](size_t a, size_t b) {
        return reverse ? Less(keys[b], keys[a]) : Less(keys[a], keys[b]);
    };
    for (size_t width = 1; width < order.size(); width *= 2) {
        for (size_t begin = 0; begin < order.size(); begin += 2 * width) {
            const size_t middle = std::min(begin + width, order.size());
            const size_t end = std::min(begin + 2 * width, order.size());
            size_t left = begin, right = middle;
            for (size_t out = begin; out < end; ++out) {
                const bool take_right =
                    left == middle || (right < end && before(order[right], order[left]));
                merged[out] = take_right ? order[right++] : order[left++];
            }
        }
        order.swap(merged);
    }
    return order;
}

uint64_t Hash(const Value& value) {
    if (value.IsText()) return HashText(value.text());
    if (value.weight() > 10'000) FailLimit("a dict key of more than 10000 items");
    if (value.IsIntegral()) return std::hash<int64_t>()(value.integer());
    if (value.IsFloat()) return HashNumber(value.real());
    if (value.IsNone()) return 0x9e37;
    if (value.IsUndefined()) return 0x79b9;
    if (value.IsTuple()) {
        uint64_t hash = 0x345678;
        for (const Value& item : value.items()) hash = hash * 1000003 ^ Hash(item);
        return hash;
    }
    if (value.IsObject()) return std::hash<ObjectPtr>()(value.object());
    Fail("unhashable type: '{}'", value.TypeName());
}

}  // namespace argosy::jinja
