// The values that have identity: ranges, iterators and dict views, namespaces, callables.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/jinja/value.h"

namespace argosy::jinja {

class Interpreter;

/// Arguments of a call: positional, then by name.
struct Args {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;
};

/// Python's range: never materialised.
class Range : public Object {
  public:
    Range(int64_t start, int64_t stop, int64_t step);
    std::string_view type_name() const override { return "range"; }
    std::string Repr() const override;
    int64_t size() const { return size_; }
    int64_t step() const { return step_; }
    int64_t At(int64_t i) const { return start_ + i * step_; }
    bool Contains(int64_t value) const;

  private:
    int64_t start_, stop_, step_, size_;
};

/// An iterator, consumed once and always true (what map, select, ... give), or a dict's view
/// (keys(), values(), items()), which has a length and can be walked again.
class Sequence : public Object {
  public:
    Sequence(std::string name, std::vector<Value> values, bool view);
    std::string_view type_name() const override { return name; }
    std::string Repr() const override;
    bool truthy() const { return !view || !values.empty(); }

    const std::string name;  // "generator", "dict_items"
    const std::vector<Value> values;
    const bool view;
    size_t next = 0;  // of an iterator: values before it were consumed
    int depth = 1;
    size_t weight = 1;
};

/// namespace(): attributes that a template may set from within loops.
class Namespace : public Object {
  public:
    std::string_view type_name() const override { return "Namespace"; }
    std::string Repr() const override;
    Dict attributes;
};

class Callable : public Object {
  public:
    bool callable() const override { return true; }
    virtual Value Call(Interpreter& interpreter, Args args) = 0;
};

/// A global function or a method bound to its object.
class Function : public Callable {
  public:
    using Body = std::function<Value(Interpreter&, const Args&)>;
    Function(std::string name, Body body) : name_(std::move(name)), body_(std::move(body)) {}
    std::string_view type_name() const override { return "function"; }
    std::string Repr() const override { return "<function " + name_ + ">"; }
    Value Call(Interpreter& interpreter, Args args) override { return body_(interpreter, args); }

  private:
    std::string name_;
    Body body_;
};

/// An object whose attributes are computed (loop, cycler).
class Attributed : public Callable {
  public:
    /// Undefined where it has no such attribute.
    virtual Value Attribute(const std::string& name) = 0;
};

/// Binds arguments to parameter names as Python does; a missing one is nullptr. Fails on too many,
/// unknown and doubled ones. `required`: how many of the first must be there.
std::vector<const Value*> Bind(std::string_view function, const Args& args,
                               std::initializer_list<std::string_view> names, size_t required);

}  // namespace argosy::jinja
