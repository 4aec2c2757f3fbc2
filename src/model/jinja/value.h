// Values of the template language: what Python's objects are to jinja2. Small, immutable (but for
// the objects named below), shared by pointer. Thread-compatible: a render has its own values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "model/jinja/failure.h"

namespace argosy::jinja {

class Value;
class Dict;

struct None {
    bool operator==(const None&) const = default;
};

/// UTF-8 text. `safe` is jinja2's Markup: `+` escapes the other side.
struct Text {
    std::string text;
    bool ascii = true;
    bool safe = false;
};

/// list or tuple; `group` tuples are those of the groupby filter (.grouper, .list).
struct List {
    std::vector<Value> items;
    bool tuple = false;
    bool group = false;
    int depth = 1;
    size_t weight = 1;  // items in all, shared ones each time
};

/// Everything with identity: iterators, ranges, namespaces, loops, callables.
class Object {
  public:
    virtual ~Object() = default;
    virtual std::string_view type_name() const = 0;
    virtual std::string Repr() const { return "<" + std::string(type_name()) + " object>"; }
    virtual bool callable() const { return false; }
};

using TextPtr = std::shared_ptr<const Text>;
using ListPtr = std::shared_ptr<const List>;
using DictPtr = std::shared_ptr<const Dict>;
using ObjectPtr = std::shared_ptr<Object>;
/// Why the value is undefined: the message of the error that using it gives.
struct Undefined {
    std::shared_ptr<const std::string> why;
};

class Value {
  public:
    Value() : data_(None{}) {}
    Value(bool b) : data_(b) {}
    Value(int64_t i) : data_(i) {}
    Value(double d) : data_(d) {}
    Value(std::string text);
    Value(const char* text) : Value(std::string(text)) {}
    Value(TextPtr text) : data_(std::move(text)) {}
    Value(DictPtr dict) : data_(std::move(dict)) {}
    template <typename T>
        requires std::is_base_of_v<Object, T>
    Value(std::shared_ptr<T> object) : data_(ObjectPtr(std::move(object))) {}

    static Value MakeUndefined(std::string why);
    static Value MakeSafe(std::string text);
    /// Fails where values would nest too deep.
    static Value MakeList(std::vector<Value> items, bool tuple = false);
    static Value MakeTuple(std::vector<Value> items) { return MakeList(std::move(items), true); }
    static Value MakeGroup(Value grouper, Value list);

    bool IsUndefined() const { return std::holds_alternative<Undefined>(data_); }
    bool IsNone() const { return std::holds_alternative<None>(data_); }
    bool IsBool() const { return std::holds_alternative<bool>(data_); }
    bool IsInt() const { return std::holds_alternative<int64_t>(data_); }
    bool IsFloat() const { return std::holds_alternative<double>(data_); }
    /// As Python has it, True is 1.
    bool IsNumber() const { return IsBool() || IsInt() || IsFloat(); }
    bool IsIntegral() const { return IsBool() || IsInt(); }
    bool IsText() const { return std::holds_alternative<TextPtr>(data_); }
    bool IsList() const { return std::holds_alternative<ListPtr>(data_); }
    bool IsDict() const { return std::holds_alternative<DictPtr>(data_); }
    bool IsObject() const { return std::holds_alternative<ObjectPtr>(data_); }

    const std::string& why() const { return *std::get<Undefined>(data_).why; }
    bool boolean() const { return std::get<bool>(data_); }
    double real() const { return std::get<double>(data_); }
    /// A bool or an int as an int.
    int64_t integer() const { return IsBool() ? int64_t{boolean()} : std::get<int64_t>(data_); }
    /// Any number as a double.
    double number() const { return IsFloat() ? real() : static_cast<double>(integer()); }
    const TextPtr& text_pointer() const { return std::get<TextPtr>(data_); }
    const Text& text_object() const { return *std::get<TextPtr>(data_); }
    const std::string& text() const { return text_object().text; }
    const List& list() const { return *std::get<ListPtr>(data_); }
    const std::vector<Value>& items() const { return list().items; }
    const Dict& dict() const { return *std::get<DictPtr>(data_); }
    const ObjectPtr& object() const { return std::get<ObjectPtr>(data_); }
    /// The object as a T, or nullptr.
    template <typename T>
    T* As() const {
        return IsObject() ? dynamic_cast<T*>(object().get()) : nullptr;
    }
    bool IsTuple() const { return IsList() && list().tuple; }
    int depth() const;
    /// Items in all.
    size_t weight() const;

    /// Python's type(x).__name__.
    std::string_view TypeName() const;
    /// Python's `x is y`.
    bool Same(const Value& other) const;

  private:
    std::variant<None, Undefined, bool, int64_t, double, TextPtr, ListPtr, DictPtr, ObjectPtr>
        data_;
};

/// An insertion-ordered dict with Python's key equality (1 == 1.0 == True).
class Dict {
  public:
    using Entry = std::pair<Value, Value>;
    const std::vector<Entry>& entries() const { return entries_; }
    size_t size() const { return entries_.size(); }
    const Value* Find(const Value& key) const;
    const Value* FindText(std::string_view key) const;
    /// Replaces the value of an equal key in place. Fails on an unhashable key.
    void Set(const Value& key, Value value);
    int depth() const { return depth_; }
    size_t weight() const { return weight_; }

  private:
    std::vector<Entry> entries_;
    std::unordered_multimap<uint64_t, size_t> index_;
    int depth_ = 1;
    size_t weight_ = 1;
};

Value MakeDict(Dict dict);

bool Truthy(const Value& value);
bool Equal(const Value& a, const Value& b, int depth = 0);
/// Python's a < b; fails on types without an order.
bool Less(const Value& a, const Value& b, std::string_view op = "<", int depth = 0);
/// The stable order of keys as indices. Safe with keys that have no consistent order (NaN).
std::vector<size_t> SortedOrder(const std::vector<Value>& keys, bool reverse);
/// Fails on lists and dicts as Python does.
uint64_t Hash(const Value& value);

}  // namespace argosy::jinja
