// The expression half of the interpreter.
#include <utility>

#include "model/jinja/interpreter.h"
#include "model/jinja/operations.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {

Value Interpreter::Evaluate(const Expr& expr, const std::shared_ptr<Env>& env) {
    DepthGuard guard(*this);
    Charge(1);
    const int outer_line = std::exchange(line_, expr.line);
    Value value = EvaluateNode(expr, env);
    line_ = outer_line;
    return value;
}

Value Interpreter::EvaluateNode(const Expr& expr, const std::shared_ptr<Env>& env) {
    const auto kid = [&](size_t i) { return Evaluate(*expr.kids[i], env); };
    switch (expr.kind) {
        case ExprKind::kConst:
            return expr.constant;
        case ExprKind::kName:
        case ExprKind::kNamespaceRef:
            return EvaluateName(expr, env);
        case ExprKind::kList:
        case ExprKind::kTuple:
            return EvaluateItems(expr, env);
        case ExprKind::kDict:
            return EvaluateDict(expr, env);
        case ExprKind::kNot:
            return !Truthy(kid(0));
        case ExprKind::kNegate:
            return Negate(kid(0));
        case ExprKind::kPlus:
            return Negate(Negate(kid(0)));
        case ExprKind::kAnd: {
            Value left = kid(0);
            return Truthy(left) ? kid(1) : left;
        }
        case ExprKind::kOr: {
            Value left = kid(0);
            return Truthy(left) ? left : kid(1);
        }
        case ExprKind::kBinary: {
            const Value left = kid(0);
            const Value right = kid(1);
            return Binary(*this, expr.text, left, right);
        }
        case ExprKind::kConcat:
            return EvaluateConcat(expr, env);
        case ExprKind::kCompare:
            return EvaluateCompare(expr, env);
        case ExprKind::kCondition:
            return EvaluateCondition(expr, env);
        case ExprKind::kAttribute:
            return GetAttribute(kid(0), expr.text);
        case ExprKind::kSubscript:
            return EvaluateSubscript(expr, env);
        case ExprKind::kSlice:
            Fail("a slice outside of a subscript");
        case ExprKind::kCall:
            return EvaluateCall(expr, env);
        case ExprKind::kFilter: {
            const Value input = kid(0);
            const Args args = EvaluateArgs(expr.call, env);
            return ApplyFilter(expr.text, input, args);
        }
        case ExprKind::kTest: {
            const Value input = kid(0);
            const Args args = EvaluateArgs(expr.call, env);
            return ApplyTest(expr.text, input, args);
        }
    }
    Fail("unknown expression");
}

Value Interpreter::EvaluateName(const Expr& expr, const std::shared_ptr<Env>& env) {
    for (Env* scope = env.get(); scope; scope = scope->parent.get()) {
        if (const Value* value = scope->Find(expr.name)) return *value;
    }
    const auto& global = context_[static_cast<size_t>(expr.name)];
    if (global) return *global;
    return Value::MakeUndefined("'" + tree_.names[static_cast<size_t>(expr.name)] +
                                "' is undefined");
}

Value Interpreter::EvaluateItems(const Expr& expr, const std::shared_ptr<Env>& env) {
    std::vector<Value> items;
    items.reserve(expr.kids.size());
    for (const ExprPtr& kid : expr.kids) items.push_back(Evaluate(*kid, env));
    return Value::MakeList(std::move(items), expr.kind == ExprKind::kTuple);
}

Value Interpreter::EvaluateDict(const Expr& expr, const std::shared_ptr<Env>& env) {
    Dict dict;
    for (size_t i = 0; i + 1 < expr.kids.size(); i += 2) {
        const Value key = Evaluate(*expr.kids[i], env);
        dict.Set(key, Evaluate(*expr.kids[i + 1], env));
    }
    return MakeDict(std::move(dict));
}

Value Interpreter::EvaluateConcat(const Expr& expr, const std::shared_ptr<Env>& env) {
    std::string text;
    for (const ExprPtr& kid : expr.kids) {
        text += ToText(Evaluate(*kid, env));
        if (text.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    }
    return NewText(std::move(text));
}

Value Interpreter::EvaluateCompare(const Expr& expr, const std::shared_ptr<Env>& env) {
    Value left = Evaluate(*expr.kids[0], env);
    for (size_t i = 0; i < expr.operators.size(); ++i) {
        Value right = Evaluate(*expr.kids[i + 1], env);
        if (!Compare(*this, expr.operators[i], left, right)) return false;
        left = std::move(right);
    }
    return true;
}

Value Interpreter::EvaluateCondition(const Expr& expr, const std::shared_ptr<Env>& env) {
    if (Truthy(Evaluate(*expr.kids[1], env))) return Evaluate(*expr.kids[0], env);
    if (expr.kids.size() > 2) return Evaluate(*expr.kids[2], env);
    return Value::MakeUndefined(
        fmt::format("the inline if-expression on line {} evaluated to false and no else section "
                    "was defined.",
                    expr.line));
}

Value Interpreter::EvaluateSubscript(const Expr& expr, const std::shared_ptr<Env>& env) {
    const Value object = Evaluate(*expr.kids[0], env);
    const Expr& index = *expr.kids[1];
    ChargeText(object);
    if (index.kind != ExprKind::kSlice) {
        const Value key = Evaluate(index, env);
        ChargeText(key);
        return GetItem(object, key);
    }
    Value bounds[3];
    for (size_t i = 0; i < 3; ++i) {
        if (index.kids[i]) bounds[i] = Evaluate(*index.kids[i], env);
    }
    return Slice(*this, object, bounds[0], bounds[1], bounds[2]);
}

Value Interpreter::EvaluateCall(const Expr& expr, const std::shared_ptr<Env>& env,
                                const Value* caller) {
    const Value function = Evaluate(*expr.kids[0], env);
    Args args = EvaluateArgs(expr.call, env);
    if (caller) args.named.emplace_back("caller", *caller);
    return Call(function, std::move(args));
}

Args Interpreter::EvaluateArgs(const CallArgs& call, const std::shared_ptr<Env>& env) {
    Args args;
    for (const ExprPtr& arg : call.positional) args.positional.push_back(Evaluate(*arg, env));
    for (const auto& [name, arg] : call.named) args.named.emplace_back(name, Evaluate(*arg, env));
    if (call.star) {
        for (Value& value : Iterate(Evaluate(*call.star, env))) {
            args.positional.push_back(std::move(value));
        }
    }
    if (call.star_star) {
        const Value more = Evaluate(*call.star_star, env);
        if (!more.IsDict()) Fail("argument after ** must be a mapping, not {}", more.TypeName());
        for (const auto& [key, value] : more.dict().entries()) {
            args.named.emplace_back(RequireText(key, "a keyword"), value);
        }
    }
    return args;
}

std::vector<Value> Interpreter::Iterate(const Value& value) {
    std::vector<Value> items;
    if (value.IsUndefined()) return items;
    if (value.IsList()) {
        items = value.items();
    } else if (value.IsDict()) {
        for (const auto& [key, item] : value.dict().entries()) items.push_back(key);
    } else if (value.IsText()) {
        const std::string& text = value.text();
        if (text.size() > limits_.list_items) {
            FailLimit("a list grows beyond {} items", limits_.list_items);
        }
        // Decodes and encodes again, so that bytes that are not UTF-8 come out as U+FFFD.
        for (const char32_t c : ToCodePoints(text)) items.push_back(Value(ToUtf8({&c, 1})));
    } else if (auto* sequence = value.As<Sequence>()) {
        items.assign(sequence->values.begin() + static_cast<std::ptrdiff_t>(sequence->next),
                     sequence->values.end());
        if (!sequence->view) sequence->next = sequence->values.size();
    } else if (const auto* range = value.As<Range>()) {
        for (int64_t i = 0; i < range->size(); ++i) items.push_back(range->At(i));
    } else {
        Fail("'{}' object is not iterable", value.TypeName());
    }
    Charge(items.size());
    return items;
}

Value Interpreter::ApplyFilter(const std::string& name, const Value& value, const Args& args) {
    const FilterFunction filter = FindFilter(name);
    if (!filter) Fail("No filter named '{}'.", name);
    DepthGuard guard(*this);
    ChargeText(value);
    return filter(*this, value, args);
}

bool Interpreter::ApplyTest(const std::string& name, const Value& value, const Args& args) {
    const TestFunction test = FindTest(name);
    if (!test) Fail("No test named '{}'.", name);
    ChargeText(value);
    return test(*this, value, args);
}

}  // namespace argosy::jinja
