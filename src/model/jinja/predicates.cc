// What stands behind `is`.
#include <unordered_map>

#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

// Python's value % divisor, as an integer test.
bool Remains(Interpreter& in, const Value& value, const Value& divisor, int64_t rest) {
    return Equal(Binary(in, "%", value, divisor), rest);
}

bool IsIterable(const Value& value) {
    return value.IsUndefined() || value.IsText() || value.IsList() || value.IsDict() ||
           value.As<Sequence>() || value.As<Range>();
}

bool IsSequence(const Value& value) {
    return IsIterable(value) && !value.As<Sequence>();  // views and iterators have no index
}

bool IsCase(const Value& value, bool upper) {
    const std::string text = ToText(value);
    bool any = false;
    for (const char32_t c : ToCodePoints(text)) {
        if (upper ? IsLower(c) : IsUpper(c)) return false;
        any |= upper ? IsUpper(c) : IsLower(c);
    }
    return any;
}

bool IsDefined(const Value& v) { return !v.IsUndefined(); }
bool IsUndefined(const Value& v) { return v.IsUndefined(); }
bool IsNone(const Value& v) { return v.IsNone(); }
bool IsBoolean(const Value& v) { return v.IsBool(); }
bool IsTrue(const Value& v) { return v.IsBool() && v.boolean(); }
bool IsFalse(const Value& v) { return v.IsBool() && !v.boolean(); }
bool IsInteger(const Value& v) { return v.IsInt(); }
bool IsFloat(const Value& v) { return v.IsFloat(); }
bool IsNumber(const Value& v) { return v.IsNumber(); }
bool IsString(const Value& v) { return v.IsText(); }
bool IsMapping(const Value& v) { return v.IsDict(); }
bool IsCallable(const Value& v) {
    return v.IsUndefined() || (v.IsObject() && v.object()->callable());
}
bool IsLowerText(const Value& v) { return IsCase(v, false); }
bool IsUpperText(const Value& v) { return IsCase(v, true); }
bool IsEscaped(const Value& v) { return v.IsText() && v.text_object().safe; }
bool NamesFilter(const Value& v) { return v.IsText() && FindFilter(v.text()); }
bool NamesTest(const Value& v) { return v.IsText() && FindTest(v.text()); }

using Simple = bool (*)(const Value&);
template <Simple kTest>
bool Plain(Interpreter&, const Value& self, const Args& args) {
    Bind("test", args, {}, 0);
    return kTest(self);
}

enum class Op { kEq, kNe, kLt, kLe, kGt, kGe, kIn };
template <Op kOp>
bool Comparison(Interpreter& in, const Value& self, const Args& args) {
    static const std::string kNames[] = {"==", "!=", "<", "<=", ">", ">=", "in"};
    const auto bound = Bind("test", args, {"other"}, 1);
    return Compare(in, kNames[static_cast<size_t>(kOp)], self, *bound[0]);
}

bool IsOdd(Interpreter& in, const Value& self, const Args&) {
    return Remains(in, self, int64_t{2}, 1);
}
bool IsEven(Interpreter& in, const Value& self, const Args&) {
    return Remains(in, self, int64_t{2}, 0);
}
bool IsDivisible(Interpreter& in, const Value& self, const Args& args) {
    return Remains(in, self, *Bind("divisibleby", args, {"num"}, 1)[0], 0);
}
bool IsSame(Interpreter&, const Value& self, const Args& args) {
    return self.Same(*Bind("sameas", args, {"other"}, 1)[0]);
}

}  // namespace

TestFunction FindTest(const std::string& name) {
    static const std::unordered_map<std::string, TestFunction> tests = {
        {"odd", IsOdd},
        {"even", IsEven},
        {"divisibleby", IsDivisible},
        {"sameas", IsSame},
        {"defined", Plain<IsDefined>},
        {"undefined", Plain<IsUndefined>},
        {"none", Plain<IsNone>},
        {"boolean", Plain<IsBoolean>},
        {"true", Plain<IsTrue>},
        {"false", Plain<IsFalse>},
        {"integer", Plain<IsInteger>},
        {"float", Plain<IsFloat>},
        {"number", Plain<IsNumber>},
        {"string", Plain<IsString>},
        {"mapping", Plain<IsMapping>},
        {"sequence", Plain<IsSequence>},
        {"iterable", Plain<IsIterable>},
        {"callable", Plain<IsCallable>},
        {"lower", Plain<IsLowerText>},
        {"upper", Plain<IsUpperText>},
        {"escaped", Plain<IsEscaped>},
        {"filter", Plain<NamesFilter>},
        {"test", Plain<NamesTest>},
        {"in", Comparison<Op::kIn>},
        {"==", Comparison<Op::kEq>},
        {"eq", Comparison<Op::kEq>},
        {"equalto", Comparison<Op::kEq>},
        {"!=", Comparison<Op::kNe>},
        {"ne", Comparison<Op::kNe>},
        {"<", Comparison<Op::kLt>},
        {"lt", Comparison<Op::kLt>},
        {"lessthan", Comparison<Op::kLt>},
        {"<=", Comparison<Op::kLe>},
        {"le", Comparison<Op::kLe>},
        {">", Comparison<Op::kGt>},
        {"gt", Comparison<Op::kGt>},
        {"greaterthan", Comparison<Op::kGt>},
        {">=", Comparison<Op::kGe>},
        {"ge", Comparison<Op::kGe>},
    };
    const auto it = tests.find(name);
    return it == tests.end() ? nullptr : it->second;
}

}  // namespace argosy::jinja
