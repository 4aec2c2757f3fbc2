#include "model/jinja/loop.h"

#include <utility>

namespace argosy::jinja {

Loop::Loop(Interpreter& interpreter, const Stmt& stmt, std::vector<Value> items,
           std::shared_ptr<Env> env, int depth)
    : interpreter_(interpreter),
      stmt_(stmt),
      items_(std::move(items)),
      filtered_(stmt.exprs[1] != nullptr),
      env_(env),
      depth_(depth) {}

std::string Loop::Repr() const {
    return fmt::format("<LoopContext {}/{}>", index0_ + 1, items_.size());
}

std::optional<Value> Loop::Pull() {
    while (pos_ < items_.size()) {
        Value item = items_[pos_++];
        if (!filtered_) return item;
        interpreter_.Charge(1);
        if (const auto env = env_.lock(); env && interpreter_.LoopAdmits(stmt_, item, env)) {
            return item;
        }
    }
    return std::nullopt;
}

const Value* Loop::Peek() {
    if (!after_) after_ = Pull();
    return after_ ? &*after_ : nullptr;
}

bool Loop::Advance() {
    std::optional<Value> next = after_ ? std::exchange(after_, std::nullopt) : Pull();
    if (!next) return false;
    ++index0_;
    before_ = std::exchange(current_, std::move(next));
    return true;
}

int64_t Loop::Length() {
    if (filtered_) {
        std::vector<Value> rest;
        while (auto item = Pull()) rest.push_back(std::move(*item));
        items_ = std::move(rest);
        pos_ = 0;
        filtered_ = false;
    }
    return index0_ + 1 + (after_ ? 1 : 0) + static_cast<int64_t>(items_.size() - pos_);
}

Value Loop::Attribute(const std::string& name) {
    if (name == "index") return index0_ + 1;
    if (name == "index0") return index0_;
    if (name == "first") return index0_ == 0;
    if (name == "last") return Peek() == nullptr;
    if (name == "length") return Length();
    if (name == "revindex") return Length() - index0_;
    if (name == "revindex0") return Length() - index0_ - 1;
    if (name == "depth") return int64_t{depth_ + 1};
    if (name == "depth0") return int64_t{depth_};
    if (name == "previtem") {
        return before_ ? *before_ : Value::MakeUndefined("there is no previous item");
    }
    if (name == "nextitem") {
        const Value* next = Peek();
        return next ? *next : Value::MakeUndefined("there is no next item");
    }
    if (name == "cycle") {
        return std::make_shared<Function>("cycle", [i = index0_](Interpreter&, const Args& args) {
            if (args.positional.empty()) Fail("no items for cycling given");
            return args.positional[static_cast<size_t>(i) % args.positional.size()];
        });
    }
    if (name == "changed") {
        return std::make_shared<Function>(
            "changed", [self = shared_from_this()](Interpreter&, const Args& args) {
                return Value(self->Changed(args.positional));
            });
    }
    return Value::MakeUndefined("'LoopContext object' has no attribute '" + name + "'");
}

bool Loop::Changed(const std::vector<Value>& values) {
    bool same = last_changed_ && last_changed_->size() == values.size();
    for (size_t i = 0; same && i < values.size(); ++i) same = Equal((*last_changed_)[i], values[i]);
    if (!same && !finished_) last_changed_ = values;
    return !same;
}

Value Loop::Call(Interpreter& interpreter, Args args) {
    if (!stmt_.recursive) {
        Fail("The loop must have the 'recursive' marker to be called recursively.");
    }
    const auto bound = Bind("loop", args, {"iterable"}, 1);
    const auto env = env_.lock();
    if (!env) Fail("the loop is over");
    return interpreter.NewText(interpreter.RunLoopBody(stmt_, *bound[0], env, depth_ + 1));
}

}  // namespace argosy::jinja
