// The operators and look-ups of the language on values, with Python's meaning.
#pragma once

#include <optional>
#include <string>

#include "model/jinja/interpreter.h"

namespace argosy::jinja {

/// op: + - * / // % **
Value Binary(Interpreter& interpreter, const std::string& op, const Value& a, const Value& b);
/// op: == != < <= > >= in, not in
bool Compare(Interpreter& interpreter, const std::string& op, const Value& a, const Value& b);
/// Python's `item in container`.
bool Contains(Interpreter& interpreter, const Value& container, const Value& item);
Value Negate(const Value& value);

/// value.name: the attribute (methods come first), then the item of that key; else undefined.
Value GetAttribute(const Value& value, const std::string& name);
/// value[key]: the item, then the attribute of that name; else undefined.
Value GetItem(const Value& value, const Value& key);
/// value[start:stop:step]; None for what was left out.
Value Slice(Interpreter& interpreter, const Value& value, const Value& start, const Value& stop,
            const Value& step);
/// len(); nothing for what has none.
std::optional<int64_t> Length(const Value& value);

/// An integer argument (bools count); fails naming `what`.
int64_t RequireInt(const Value& value, std::string_view what);
const std::string& RequireText(const Value& value, std::string_view what);

/// `format % arg` (arg a tuple, dict or single value) and "...".format(...).
std::string PercentFormat(const std::string& format, const Value& argument);
std::string BraceFormat(const std::string& format, const Args& args);

/// A method of a str, list, tuple or dict; undefined where it is one that would change the object;
/// nothing where there is none of that name.
std::optional<Value> FindMethod(const Value& self, const std::string& name);
std::optional<Function::Body> FindTextMethod(const TextPtr& self, const std::string& name);

using FilterFunction = Value (*)(Interpreter&, const Value&, const Args&);
/// nullptr where unknown.
FilterFunction FindFilter(const std::string& name);
FilterFunction FindTextFilter(const std::string& name);
FilterFunction FindNumberFilter(const std::string& name);
using TestFunction = bool (*)(Interpreter&, const Value&, const Args&);
TestFunction FindTest(const std::string& name);
/// range, dict, namespace, cycler, joiner, raise_exception, strftime_now; nothing where unknown.
std::optional<Value> FindGlobal(const std::string& name);

}  // namespace argosy::jinja
