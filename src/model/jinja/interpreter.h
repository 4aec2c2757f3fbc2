// Runs a tree: one Interpreter a render. Bounds steps, output, depth and the size of every value,
// so that a hostile template ends with an error instead of the process.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/jinja/ast.h"
#include "model/jinja/objects.h"
#include "model/jinja/print.h"

namespace argosy::jinja {

struct Limits {
    uint64_t steps = 10'000'000;  // a node evaluated, an item walked, 64 bytes of text made
    int depth = 1000;             // nested evaluations
    size_t list_items = 1'000'000;
};

/// Variables of a block; lookups go on in the blocks around it.
struct Env {
    std::shared_ptr<Env> parent;
    std::vector<std::pair<NameId, Value>> variables;

    Value* Find(NameId name);
    void Set(NameId name, Value value);
};

class Interpreter {
  public:
    using Variables = std::vector<std::pair<std::string, Value>>;
    Interpreter(const Tree& tree, const Variables& context, int64_t now_unix_seconds,
                Limits limits = {});
    ~Interpreter();
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    /// The whole output. Throws Failure with the line.
    std::string Run();

    // What filters, tests, methods and globals work with.
    void Charge(uint64_t steps);
    /// What walking the value's text costs; nothing for other values.
    void ChargeText(const Value& value) {
        if (value.IsText()) Charge(value.text().size() / 64);
    }
    /// A text value; its size is checked and charged.
    Value NewText(std::string text);
    Value NewList(std::vector<Value> items, bool tuple = false);
    /// What map, select, ... give: an iterator of that type name.
    Value NewIterator(std::vector<Value> items, std::string type = "generator");
    std::shared_ptr<Namespace> NewNamespace();
    /// All items that Python's iter() would give; consumes an iterator. Fails on what has none.
    std::vector<Value> Iterate(const Value& value);
    Value Call(const Value& function, Args args);
    Value ApplyFilter(const std::string& name, const Value& value, const Args& args);
    bool ApplyTest(const std::string& name, const Value& value, const Args& args);
    int64_t now_unix_seconds() const { return now_; }

    // For Macro and Loop.
    std::string CallMacro(const MacroDef& macro, const std::shared_ptr<Env>& closure, Args args);
    std::string RunLoopBody(const Stmt& loop, const Value& iterable,
                            const std::shared_ptr<Env>& env, int depth);
    /// Whether the loop's own `if` lets the item in.
    bool LoopAdmits(const Stmt& loop, const Value& item, const std::shared_ptr<Env>& env);

  private:
    enum class Flow { kNext, kBreak, kContinue };
    // Counts nested evaluations.
    class DepthGuard {
      public:
        explicit DepthGuard(Interpreter& interpreter) : depth_(interpreter.depth_) {
            if (depth_ >= interpreter.limits_.depth) {
                FailLimit("evaluation nests more than {} deep (endless recursion of a macro?)",
                          interpreter.limits_.depth);
            }
            ++depth_;
        }
        ~DepthGuard() { --depth_; }
        DepthGuard(const DepthGuard&) = delete;
        DepthGuard& operator=(const DepthGuard&) = delete;

      private:
        int& depth_;
    };
    class Capture;

    Flow Execute(const Body& body, const std::shared_ptr<Env>& env);
    Flow Execute(const Stmt& stmt, const std::shared_ptr<Env>& env);
    Flow ExecuteIf(const Stmt& stmt, const std::shared_ptr<Env>& env);
    void ExecuteFor(const Stmt& stmt, const Value& iterable, const std::shared_ptr<Env>& env,
                    int depth);
    void ExecuteSetBlock(const Stmt& stmt, const std::shared_ptr<Env>& env);
    void ExecuteCallBlock(const Stmt& stmt, const std::shared_ptr<Env>& env);
    void ExecuteWith(const Stmt& stmt, const std::shared_ptr<Env>& env);
    void Assign(const Expr& target, Value value, const std::shared_ptr<Env>& env);
    Value ApplyFilterChain(const Expr& filter, Value input, const std::shared_ptr<Env>& env);
    void Print(const Value& value);
    void Append(std::string_view text);
    std::shared_ptr<Env> Inner(const std::shared_ptr<Env>& env);
    Value MakeMacro(const MacroDef& macro, const std::shared_ptr<Env>& env);
    void BindMacro(const MacroDef& macro, Args args, const std::shared_ptr<Env>& env);

    Value Evaluate(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateNode(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateName(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateItems(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateDict(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateConcat(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateCompare(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateCondition(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateSubscript(const Expr& expr, const std::shared_ptr<Env>& env);
    Value EvaluateCall(const Expr& expr, const std::shared_ptr<Env>& env,
                       const Value* caller = nullptr);
    Args EvaluateArgs(const CallArgs& call, const std::shared_ptr<Env>& env);

    const Tree& tree_;
    const int64_t now_;
    const Limits limits_;
    std::vector<std::optional<Value>> context_;  // by NameId
    std::string* out_ = nullptr;
    uint64_t steps_ = 0;
    int depth_ = 0;
    int line_ = 0;
    // What can refer to itself, emptied at the end so that nothing leaks.
    std::vector<std::shared_ptr<Namespace>> namespaces_;
    std::vector<std::shared_ptr<Env>> captured_;
};

}  // namespace argosy::jinja
