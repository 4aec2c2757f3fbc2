// The special objects of a running template: `loop` and macros.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/jinja/interpreter.h"

namespace argosy::jinja {

/// A for loop on its way: the variable `loop`. The loop's own `if` is asked item by item, as late
/// as jinja2 asks it.
class Loop : public Attributed, public std::enable_shared_from_this<Loop> {
  public:
    Loop(Interpreter& interpreter, const Stmt& stmt, std::vector<Value> items,
         std::shared_ptr<Env> env, int depth);
    std::string_view type_name() const override { return "LoopContext"; }
    std::string Repr() const override;
    bool callable() const override { return true; }
    Value Attribute(const std::string& name) override;
    /// loop(items) of a recursive loop: the body over other items.
    Value Call(Interpreter& interpreter, Args args) override;

    /// Goes to the next item; false at the end.
    bool Advance();
    const Value& current() const { return *current_; }
    /// The loop is over: what changed() remembers (it may be the loop itself) goes.
    void Finish() {
        finished_ = true;
        last_changed_.reset();
    }

  private:
    const Value* Peek();
    int64_t Length();
    bool Changed(const std::vector<Value>& values);
    std::optional<Value> Pull();

    Interpreter& interpreter_;
    const Stmt& stmt_;
    std::vector<Value> items_;
    size_t pos_ = 0;
    bool filtered_;  // items_ behind pos_ still have to pass the loop's `if`
    std::weak_ptr<Env> env_;
    int depth_;
    int64_t index0_ = -1;
    std::optional<Value> before_, current_, after_;
    std::optional<std::vector<Value>> last_changed_;
    bool finished_ = false;
};

class Macro : public Callable {
  public:
    Macro(const MacroDef& def, std::shared_ptr<Env> closure)
        : def_(def), closure_(std::move(closure)) {}
    std::string_view type_name() const override { return "Macro"; }
    std::string Repr() const override { return "<Macro '" + def_.name + "'>"; }
    Value Call(Interpreter& interpreter, Args args) override {
        // Held here: the variable that holds this macro may change while it runs.
        const std::shared_ptr<Env> closure = closure_;
        return interpreter.NewText(interpreter.CallMacro(def_, closure, std::move(args)));
    }

  private:
    const MacroDef& def_;
    std::shared_ptr<Env> closure_;
};

}  // namespace argosy::jinja
