#include "model/jinja/interpreter.h"

#include <utility>

#include "model/jinja/loop.h"
#include "model/jinja/operations.h"

namespace argosy::jinja {

// Sends output to a buffer of its own while it lives.
class Interpreter::Capture {
  public:
    explicit Capture(Interpreter& interpreter)
        : interpreter_(interpreter), outer_(std::exchange(interpreter.out_, &text)) {}
    ~Capture() { interpreter_.out_ = outer_; }
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    std::string text;

  private:
    Interpreter& interpreter_;
    std::string* outer_;
};

Value* Env::Find(NameId name) {
    for (auto& [id, value] : variables) {
        if (id == name) return &value;
    }
    return nullptr;
}

void Env::Set(NameId name, Value value) {
    if (Value* old = Find(name)) {
        *old = std::move(value);
    } else {
        variables.emplace_back(name, std::move(value));
    }
}

Interpreter::Interpreter(const Tree& tree, const Variables& context, int64_t now_unix_seconds,
                         Limits limits)
    : tree_(tree), now_(now_unix_seconds), limits_(limits), context_(tree.names.size()) {
    for (size_t i = 0; i < tree.names.size(); ++i) context_[i] = FindGlobal(tree.names[i]);
    for (const auto& [name, value] : context) {
        const auto it = tree.ids.find(name);
        if (it != tree.ids.end()) context_[static_cast<size_t>(it->second)] = value;
    }
}

Interpreter::~Interpreter() {
    for (const auto& object : namespaces_) object->attributes = Dict();
    for (const auto& env : captured_) env->variables.clear();
}

std::string Interpreter::Run() {
    Capture capture(*this);
    const auto env = std::make_shared<Env>();
    try {
        Execute(tree_.body, env);
    } catch (Failure& failure) {
        if (failure.line == 0) failure.line = line_;
        throw;
    }
    return std::move(capture.text);
}

void Interpreter::Charge(uint64_t steps) {
    steps_ += steps;
    if (steps_ > limits_.steps) FailLimit("the template takes more than {} steps", limits_.steps);
}

Value Interpreter::NewText(std::string text) {
    if (text.size() > kMaxTextBytes) FailLimit("a text grows beyond {} bytes", kMaxTextBytes);
    Charge(text.size() / 64);
    return Value(std::move(text));
}

Value Interpreter::NewList(std::vector<Value> items, bool tuple) {
    if (items.size() > limits_.list_items) {
        FailLimit("a list grows beyond {} items", limits_.list_items);
    }
    Charge(items.size());
    return Value::MakeList(std::move(items), tuple);
}

Value Interpreter::NewIterator(std::vector<Value> items, std::string type) {
    Charge(items.size());
    return std::make_shared<Sequence>(std::move(type), std::move(items), false);
}

std::shared_ptr<Namespace> Interpreter::NewNamespace() {
    namespaces_.push_back(std::make_shared<Namespace>());
    return namespaces_.back();
}

Value Interpreter::Call(const Value& function, Args args) {
    DepthGuard guard(*this);
    Charge(1);
    if (function.IsUndefined()) Fail("{}", function.why());
    auto* callable = function.As<Callable>();
    if (!callable || !callable->callable()) {
        Fail("'{}' object is not callable", function.TypeName());
    }
    const Value keep = function;  // the callee may be reassigned while it runs
    return callable->Call(*this, std::move(args));
}

void Interpreter::Append(std::string_view text) {
    if (out_->size() + text.size() > kMaxTextBytes) {
        FailLimit("the output grows beyond {} bytes", kMaxTextBytes);
    }
    Charge(text.size() / 64);
    *out_ += text;
}

void Interpreter::Print(const Value& value) {
    if (value.IsText()) {
        Append(value.text());
    } else {
        Append(ToText(value));
    }
}

std::shared_ptr<Env> Interpreter::Inner(const std::shared_ptr<Env>& env) {
    auto inner = std::make_shared<Env>();
    inner->parent = env;
    return inner;
}

Interpreter::Flow Interpreter::Execute(const Body& body, const std::shared_ptr<Env>& env) {
    for (const auto& stmt : body) {
        if (const Flow flow = Execute(*stmt, env); flow != Flow::kNext) return flow;
    }
    return Flow::kNext;
}

Interpreter::Flow Interpreter::Execute(const Stmt& stmt, const std::shared_ptr<Env>& env) {
    DepthGuard guard(*this);
    Charge(1);
    line_ = stmt.line;
    switch (stmt.kind) {
        case StmtKind::kData:
            Append(stmt.text);
            break;
        case StmtKind::kPrint:
            for (const ExprPtr& expr : stmt.exprs) Print(Evaluate(*expr, env));
            break;
        case StmtKind::kIf:
            return ExecuteIf(stmt, env);
        case StmtKind::kFor: {
            const Value iterable = Evaluate(*stmt.exprs[0], env);
            ExecuteFor(stmt, iterable, env, 0);
            break;
        }
        case StmtKind::kSet:
            Assign(*stmt.targets[0], Evaluate(*stmt.exprs[0], env), env);
            break;
        case StmtKind::kSetBlock:
            ExecuteSetBlock(stmt, env);
            break;
        case StmtKind::kMacro:
            env->Set(stmt.macro->id, MakeMacro(*stmt.macro, env));
            break;
        case StmtKind::kCallBlock:
            ExecuteCallBlock(stmt, env);
            break;
        case StmtKind::kFilterBlock: {
            std::string text;
            {
                Capture capture(*this);
                Execute(stmt.body, Inner(env));
                text = std::move(capture.text);
            }
            Print(ApplyFilterChain(*stmt.exprs[0], NewText(std::move(text)), env));
            break;
        }
        case StmtKind::kScope:
            Execute(stmt.body, Inner(env));
            break;
        case StmtKind::kWith:
            ExecuteWith(stmt, env);
            break;
        case StmtKind::kBreak:
            return Flow::kBreak;
        case StmtKind::kContinue:
            return Flow::kContinue;
    }
    return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecuteIf(const Stmt& stmt, const std::shared_ptr<Env>& env) {
    for (const auto& [test, body] : stmt.branches) {
        if (Truthy(Evaluate(*test, env))) return Execute(body, env);
    }
    return Execute(stmt.orelse, env);
}

bool Interpreter::LoopAdmits(const Stmt& loop, const Value& item, const std::shared_ptr<Env>& env) {
    if (!loop.exprs[1]) return true;
    const auto test_env = Inner(env);
    Assign(*loop.targets[0], item, test_env);
    return Truthy(Evaluate(*loop.exprs[1], test_env));
}

void Interpreter::ExecuteFor(const Stmt& stmt, const Value& iterable,
                             const std::shared_ptr<Env>& env, int depth) {
    static const std::string kLoop = "loop";
    const auto it = tree_.ids.find(kLoop);
    const NameId loop_name = it == tree_.ids.end() ? kNoName : it->second;
    const auto loop = std::make_shared<Loop>(*this, stmt, Iterate(iterable), env, depth);
    bool completed = false;  // some iteration came to the end of its body
    while (loop->Advance()) {
        Charge(1);
        const auto inner = Inner(env);
        if (loop_name != kNoName) inner->Set(loop_name, Value(loop));
        Assign(*stmt.targets[0], loop->current(), inner);
        const Flow flow = Execute(stmt.body, inner);
        if (flow == Flow::kBreak) break;
        if (flow == Flow::kNext) completed = true;
    }
    loop->Finish();
    if (!completed) Execute(stmt.orelse, Inner(env));
}

std::string Interpreter::RunLoopBody(const Stmt& loop, const Value& iterable,
                                     const std::shared_ptr<Env>& env, int depth) {
    Capture capture(*this);
    ExecuteFor(loop, iterable, env, depth);
    return std::move(capture.text);
}

void Interpreter::ExecuteSetBlock(const Stmt& stmt, const std::shared_ptr<Env>& env) {
    std::string text;
    {
        Capture capture(*this);
        Execute(stmt.body, Inner(env));
        text = std::move(capture.text);
    }
    Value value = NewText(std::move(text));
    if (stmt.exprs[0]) value = ApplyFilterChain(*stmt.exprs[0], std::move(value), env);
    Assign(*stmt.targets[0], std::move(value), env);
}

void Interpreter::ExecuteCallBlock(const Stmt& stmt, const std::shared_ptr<Env>& env) {
    const Value caller = MakeMacro(*stmt.macro, env);
    Print(EvaluateCall(*stmt.exprs[0], env, &caller));
}

void Interpreter::ExecuteWith(const Stmt& stmt, const std::shared_ptr<Env>& env) {
    const auto inner = Inner(env);
    for (size_t i = 0; i < stmt.targets.size(); ++i) {
        // The values see the variables outside, not each other.
        inner->Set(stmt.targets[i]->name, Evaluate(*stmt.exprs[i], env));
    }
    Execute(stmt.body, inner);
}

void Interpreter::Assign(const Expr& target, Value value, const std::shared_ptr<Env>& env) {
    if (target.kind == ExprKind::kName) {
        env->Set(target.name, std::move(value));
    } else if (target.kind == ExprKind::kNamespaceRef) {
        const Value object = EvaluateName(target, env);
        auto* space = object.As<Namespace>();
        if (!space) Fail("cannot assign attribute on non-namespace object");
        if (target.text.starts_with('_')) {
            Fail("a namespace cannot have the attribute '{}': it starts with an underscore",
                 target.text);
        }
        space->attributes.Set(Value(target.text), std::move(value));
    } else {
        std::vector<Value> items = Iterate(value);
        if (items.size() < target.kids.size()) {
            Fail("not enough values to unpack (expected {}, got {})", target.kids.size(),
                 items.size());
        }
        if (items.size() > target.kids.size()) {
            Fail("too many values to unpack (expected {})", target.kids.size());
        }
        for (size_t i = 0; i < items.size(); ++i) {
            Assign(*target.kids[i], std::move(items[i]), env);
        }
    }
}

Value Interpreter::ApplyFilterChain(const Expr& filter, Value input,
                                    const std::shared_ptr<Env>& env) {
    if (filter.kids[0]) input = ApplyFilterChain(*filter.kids[0], std::move(input), env);
    const Args args = EvaluateArgs(filter.call, env);
    return ApplyFilter(filter.text, input, args);
}

Value Interpreter::MakeMacro(const MacroDef& macro, const std::shared_ptr<Env>& env) {
    captured_.push_back(env);
    return std::make_shared<Macro>(macro, env);
}

// Parameters, then what is left: caller, kwargs, varargs.
void Interpreter::BindMacro(const MacroDef& macro, Args args, const std::shared_ptr<Env>& env) {
    const auto take = [&](std::string_view name) -> std::optional<Value> {
        for (auto it = args.named.begin(); it != args.named.end(); ++it) {
            if (it->first != name) continue;
            Value value = std::move(it->second);
            args.named.erase(it);
            return value;
        }
        return std::nullopt;
    };
    const size_t count = macro.parameters.size();
    const size_t first_default = count - macro.defaults.size();
    bool explicit_caller = false;
    for (size_t i = 0; i < count; ++i) {
        const auto& [id, name] = macro.parameters[i];
        explicit_caller |= name == "caller";
        std::optional<Value> value;
        if (i < args.positional.size()) {
            value = std::move(args.positional[i]);
        } else {
            value = take(name);
        }
        if (!value && i >= first_default) {
            value = Evaluate(*macro.defaults[i - first_default], env);
        }
        if (!value) value = Value::MakeUndefined("parameter '" + name + "' was not provided");
        env->Set(id, std::move(*value));
    }
    if (macro.uses_caller && !explicit_caller) {
        std::optional<Value> caller = take("caller");
        if (!caller || caller->IsNone()) caller = Value::MakeUndefined("No caller defined");
        env->Set(tree_.ids.at("caller"), std::move(*caller));
    }
    if (macro.uses_kwargs) {
        Dict rest;
        for (auto& [name, value] : args.named) rest.Set(Value(name), std::move(value));
        env->Set(tree_.ids.at("kwargs"), MakeDict(std::move(rest)));
    } else if (!args.named.empty()) {
        Fail("macro '{}' takes no keyword argument '{}'", macro.name, args.named[0].first);
    }
    std::vector<Value> rest;
    for (size_t i = count; i < args.positional.size(); ++i) {
        rest.push_back(std::move(args.positional[i]));
    }
    if (macro.uses_varargs) {
        env->Set(tree_.ids.at("varargs"), NewList(std::move(rest), true));
    } else if (!rest.empty()) {
        Fail("macro '{}' takes not more than {} argument(s)", macro.name, count);
    }
}

std::string Interpreter::CallMacro(const MacroDef& macro, const std::shared_ptr<Env>& closure,
                                   Args args) {
    const auto env = Inner(closure);
    BindMacro(macro, std::move(args), env);
    Capture capture(*this);
    Execute(macro.body, env);
    return std::move(capture.text);
}

}  // namespace argosy::jinja
