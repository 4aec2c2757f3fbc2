#include "model/jinja/operations.h"

#include <algorithm>
#include <cmath>

#include "model/jinja/text_filters.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

[[noreturn]] void FailOperands(const std::string& op, const Value& a, const Value& b) {
    for (const Value* side : {&a, &b}) {
        if (side->IsUndefined()) Fail("{}", side->why());
    }
    if (op == "+" && a.IsText()) {
        Fail("can only concatenate str (not \"{}\") to str", b.TypeName());
    }
    Fail("unsupported operand type(s) for {}: '{}' and '{}'", op == "**" ? "** or pow()" : op,
         a.TypeName(), b.TypeName());
}

[[noreturn]] void FailOverflow() { FailLimit("integer result does not fit 64 bits"); }

int64_t FloorDivide(int64_t a, int64_t b) {
    if (b == -1 && a == INT64_MIN) FailOverflow();
    const int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t Modulo(int64_t a, int64_t b) {
    if (b == -1) return 0;
    const int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double Modulo(double a, double b) {
    double rest = std::fmod(a, b);
    if (rest != 0) {
        if ((b < 0) != (rest < 0)) rest += b;
        return rest;
    }
    return std::copysign(0.0, b);
}

Value Power(int64_t base, int64_t exponent) {
    if (exponent < 0) {
        if (base == 0) Fail("0.0 cannot be raised to a negative power");
        return std::pow(static_cast<double>(base), static_cast<double>(exponent));
    }
    if (base == 0 || base == 1) return exponent == 0 ? int64_t{1} : base;
    if (base == -1) return int64_t{exponent % 2 ? -1 : 1};
    int64_t result = 1;
    for (int64_t i = 0; i < exponent; ++i) {
        if (__builtin_mul_overflow(result, base, &result)) FailOverflow();
    }
    return result;
}

Value IntegerArithmetic(const std::string& op, int64_t a, int64_t b) {
    int64_t out = 0;
    if (op == "+" && !__builtin_add_overflow(a, b, &out)) return out;
    if (op == "-" && !__builtin_sub_overflow(a, b, &out)) return out;
    if (op == "*" && !__builtin_mul_overflow(a, b, &out)) return out;
    if (op == "+" || op == "-" || op == "*") FailOverflow();
    if (op == "**") return Power(a, b);
    if (b == 0) {
        Fail("{}", op == "/" ? "division by zero" : "integer division or modulo by zero");
    }
    if (op == "/") return static_cast<double>(a) / static_cast<double>(b);
    return op == "//" ? FloorDivide(a, b) : Modulo(a, b);
}

Value FloatArithmetic(const std::string& op, double a, double b) {
    if (op == "+") return a + b;
    if (op == "-") return a - b;
    if (op == "*") return a * b;
    if (op == "**") {
        if (a == 0 && b < 0) Fail("0.0 cannot be raised to a negative power");
        const double result = std::pow(a, b);
        if (std::isnan(result) && !std::isnan(a) && !std::isnan(b)) {
            Fail("complex numbers are not supported");
        }
        if (std::isinf(result) && !std::isinf(a) && !std::isinf(b)) {
            Fail("(34, 'Numerical result out of range')");
        }
        return result;
    }
    if (b == 0) Fail("{}", op == "%" ? "float modulo" : "float division by zero");
    if (op == "/") return a / b;
    if (op == "%") return Modulo(a, b);
    return (a - Modulo(a, b)) / b;
}

Value Repeat(Interpreter& interpreter, const Value& value, int64_t times) {
    times = std::max<int64_t>(times, 0);
    const size_t size = value.IsText() ? value.text().size() : value.items().size();
    if (static_cast<unsigned __int128>(size) * static_cast<uint64_t>(times) > kMaxTextBytes) {
        FailLimit("a repetition grows beyond {} bytes", kMaxTextBytes);
    }
    const auto count = static_cast<size_t>(size ? times : 0);
    if (value.IsText()) {
        std::string out;
        out.reserve(size * count);
        for (size_t i = 0; i < count; ++i) out += value.text();
        return interpreter.NewText(std::move(out));
    }
    interpreter.Charge(size * count);
    std::vector<Value> items;
    for (size_t i = 0; i < count; ++i) {
        items.insert(items.end(), value.items().begin(), value.items().end());
    }
    return interpreter.NewList(std::move(items), value.IsTuple());
}

Value Add(Interpreter& interpreter, const Value& a, const Value& b) {
    if (a.IsText() && b.IsText()) {
        const bool safe = a.text_object().safe || b.text_object().safe;
        if (!safe) return interpreter.NewText(a.text() + b.text());
        const auto escaped = [](const Value& v) {
            return v.text_object().safe ? v.text() : EscapeHtml(v.text());
        };
        return Value::MakeSafe(interpreter.NewText(escaped(a) + escaped(b)).text());
    }
    if (a.IsList() && b.IsList() && a.list().tuple == b.list().tuple) {
        std::vector<Value> items = a.items();
        items.insert(items.end(), b.items().begin(), b.items().end());
        return interpreter.NewList(std::move(items), a.IsTuple());
    }
    FailOperands("+", a, b);
}

}  // namespace

Value Binary(Interpreter& interpreter, const std::string& op, const Value& a, const Value& b) {
    if (a.IsIntegral() && b.IsIntegral()) return IntegerArithmetic(op, a.integer(), b.integer());
    if (a.IsNumber() && b.IsNumber()) return FloatArithmetic(op, a.number(), b.number());
    if (op == "%" && a.IsText() && !b.IsUndefined()) {
        return interpreter.NewText(PercentFormat(a.text(), b));
    }
    if (op == "+") return Add(interpreter, a, b);
    if (op == "*") {
        if ((a.IsText() || a.IsList()) && b.IsIntegral()) {
            return Repeat(interpreter, a, b.integer());
        }
        if ((b.IsText() || b.IsList()) && a.IsIntegral()) {
            return Repeat(interpreter, b, a.integer());
        }
    }
    FailOperands(op, a, b);
}

bool Contains(Interpreter& interpreter, const Value& container, const Value& item) {
    if (container.IsText()) {
        if (item.IsUndefined()) Fail("{}", item.why());
        if (!item.IsText()) {
            Fail("'in <string>' requires string as left operand, not {}", item.TypeName());
        }
        interpreter.Charge(container.text().size() / 64);
        return container.text().find(item.text()) != std::string::npos;
    }
    if (container.IsDict()) return container.dict().Find(item) != nullptr;
    if (const auto* range = container.As<Range>(); range && item.IsIntegral()) {
        return range->Contains(item.integer());
    }
    if (container.IsList()) {
        interpreter.Charge(container.weight());
        return std::any_of(container.items().begin(), container.items().end(),
                           [&](const Value& value) { return Equal(value, item); });
    }
    if (!container.IsUndefined() && !container.As<Sequence>() && !container.As<Range>()) {
        Fail("argument of type '{}' is not iterable", container.TypeName());
    }
    for (const Value& value : interpreter.Iterate(container)) {
        if (Equal(value, item)) return true;
    }
    return false;
}

bool Compare(Interpreter& interpreter, const std::string& op, const Value& a, const Value& b) {
    if (op != "in" && op != "not in") {
        const bool texts = a.IsText() && b.IsText();
        interpreter.Charge(texts ? std::min(a.text().size(), b.text().size()) / 64
                                 : std::min(a.weight(), b.weight()));
    }
    if (op == "==") return Equal(a, b);
    if (op == "!=") return !Equal(a, b);
    if (op == "in") return Contains(interpreter, b, a);
    if (op == "not in") return !Contains(interpreter, b, a);
    if (a.IsNumber() && b.IsNumber() && (std::isnan(a.number()) || std::isnan(b.number()))) {
        return false;
    }
    if (op == "<") return Less(a, b, op);
    if (op == ">") return Less(b, a, op);
    return op == "<=" ? !Less(b, a, op) : !Less(a, b, op);
}

Value Negate(const Value& value) {
    if (value.IsIntegral()) {
        if (value.integer() == INT64_MIN) FailOverflow();
        return -value.integer();
    }
    if (value.IsFloat()) return -value.real();
    if (value.IsUndefined()) Fail("{}", value.why());
    Fail("bad operand type for unary -: '{}'", value.TypeName());
}

int64_t RequireInt(const Value& value, std::string_view what) {
    if (!value.IsIntegral()) Fail("{} must be an integer, not {}", what, value.TypeName());
    return value.integer();
}

const std::string& RequireText(const Value& value, std::string_view what) {
    if (!value.IsText()) Fail("{} must be str, not {}", what, value.TypeName());
    return value.text();
}

std::optional<int64_t> Length(const Value& value) {
    if (value.IsUndefined()) return 0;
    if (value.IsText()) {
        const Text& text = value.text_object();
        return static_cast<int64_t>(text.ascii ? text.text.size() : CountCodePoints(text.text));
    }
    if (value.IsList()) return static_cast<int64_t>(value.items().size());
    if (value.IsDict()) return static_cast<int64_t>(value.dict().size());
    if (const auto* range = value.As<Range>()) return range->size();
    if (const auto* sequence = value.As<Sequence>(); sequence && sequence->view) {
        return static_cast<int64_t>(sequence->values.size());
    }
    return std::nullopt;
}

}  // namespace argosy::jinja
