#include "engine/grammar/rule_sizes.h"

#include <algorithm>

namespace argosy::grammar {
namespace {

constexpr uint64_t kHuge = uint64_t{1} << 40;
constexpr uint32_t kMaxInlineDepth = 200;

struct Measure {
    uint64_t size = 1;
    uint32_t depth = 1;
};

// Calls of a rule, found without recursion over expressions: all rules' bodies are trees.
std::vector<RuleId> Calls(const GrammarAst& ast, ExprId body) {
    std::vector<RuleId> calls;
    std::vector<ExprId> stack = {body};
    while (!stack.empty()) {
        const ExprId id = stack.back();
        stack.pop_back();
        if (id == kNoExpr) continue;
        const Expr& expr = ast.exprs[id];
        if (expr.kind == ExprKind::kRule) calls.push_back(expr.rule);
        stack.insert(stack.end(), expr.children.begin(), expr.children.end());
    }
    std::ranges::sort(calls);
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
    return calls;
}

// The size of each rule with its inlined calls replaced; to be asked in the order callees first.
class Sizes {
  public:
    Sizes(const GrammarAst& ast, std::vector<bool>& inlined)
        : ast_(ast), inlined_(inlined), rule_(ast.rules.size()) {}

    Measure OfRule(RuleId rule) { return rule_[rule] = Of(ast_.rules[rule].body, 0); }

  private:
    Measure Of(ExprId id, uint32_t depth) {
        if (id == kNoExpr || depth > kMaxInlineDepth) return {kHuge, kMaxInlineDepth + 1};
        const Expr& expr = ast_.exprs[id];
        Measure out;
        switch (expr.kind) {
            case ExprKind::kLiteral:
                out.size = expr.text.size();
                return out;
            case ExprKind::kClass:
                out.size = 1 + 7 * (expr.set.ranges().size() > 2);
                return out;
            case ExprKind::kRule:
                if (!inlined_[expr.rule]) return out;
                return {rule_[expr.rule].size, rule_[expr.rule].depth + 1};
            default:
                break;
        }
        uint64_t times = 1;
        if (expr.kind == ExprKind::kRepeat) {
            times = expr.max == kUnbounded ? uint64_t{expr.min} + 1 : expr.max;
        }
        for (const std::string& trigger : expr.triggers) out.size += trigger.size();
        for (size_t i = 0; i < expr.children.size(); ++i) {
            if (expr.kind == ExprKind::kList && expr.children[i] == kNoExpr) continue;
            const Measure child = Of(expr.children[i], depth + 1);
            uint64_t copies = times;
            if (expr.kind == ExprKind::kList && i + 1 == expr.children.size()) {
                copies = expr.max == kUnbounded ? uint64_t{expr.min} + 1 : expr.max;
            } else if (expr.kind == ExprKind::kList && i + 2 == expr.children.size()) {
                copies = expr.children.size();
            }
            out.size = std::min(kHuge, out.size + child.size * copies);
            out.depth = std::max(out.depth, child.depth + 1);
        }
        return out;
    }

    const GrammarAst& ast_;
    const std::vector<bool>& inlined_;
    std::vector<Measure> rule_;
};

// Depth-first order with callees first; `recursive` gets the rules that lie on a cycle (Tarjan
// 1972, with the stack of calls kept by hand).
class Order {
  public:
    explicit Order(const GrammarAst& ast) : recursive(ast.rules.size()) {
        const size_t n = ast.rules.size();
        calls_.resize(n);
        for (size_t r = 0; r < n; ++r) calls_[r] = Calls(ast, ast.rules[r].body);
        index_.assign(n, 0);
        low_.assign(n, 0);
        on_stack_.assign(n, false);
        for (RuleId r = 0; r < n; ++r) {
            if (index_[r] == 0) Visit(r);
        }
    }

    std::vector<RuleId> order;
    std::vector<bool> recursive;

  private:
    struct Frame {
        RuleId rule;
        size_t next;
    };

    void Enter(RuleId rule, std::vector<Frame>& frames) {
        index_[rule] = low_[rule] = ++counter_;
        stack_.push_back(rule);
        on_stack_[rule] = true;
        frames.push_back({rule, 0});
    }

    void Visit(RuleId root) {
        std::vector<Frame> frames;
        Enter(root, frames);
        while (!frames.empty()) {
            const RuleId rule = frames.back().rule;
            if (frames.back().next < calls_[rule].size()) {
                const RuleId callee = calls_[rule][frames.back().next++];
                if (index_[callee] == 0) {
                    Enter(callee, frames);
                } else if (on_stack_[callee]) {
                    low_[rule] = std::min(low_[rule], index_[callee]);
                }
                continue;
            }
            frames.pop_back();
            if (!frames.empty()) {
                uint32_t& low = low_[frames.back().rule];
                low = std::min(low, low_[rule]);
            }
            if (low_[rule] == index_[rule]) Leave(rule);
        }
    }

    void Leave(RuleId rule) {
        const bool alone = stack_.back() == rule;
        const bool calls_itself = std::ranges::binary_search(calls_[rule], rule);
        for (RuleId member = kNoRule; member != rule;) {
            member = stack_.back();
            stack_.pop_back();
            on_stack_[member] = false;
            recursive[member] = !alone || calls_itself;
            order.push_back(member);
        }
    }

    static constexpr RuleId kNoRule = UINT32_MAX;
    std::vector<std::vector<RuleId>> calls_;
    std::vector<uint32_t> index_, low_;
    std::vector<bool> on_stack_;
    std::vector<RuleId> stack_;
    uint32_t counter_ = 0;
};

}  // namespace

std::vector<bool> InlinedRules(const GrammarAst& ast, uint64_t limit) {
    const Order order(ast);
    std::vector<bool> inlined(ast.rules.size(), false);
    Sizes sizes(ast, inlined);
    for (const RuleId rule : order.order) {
        const Measure measure = sizes.OfRule(rule);
        inlined[rule] =
            !order.recursive[rule] && measure.size <= limit && measure.depth <= kMaxInlineDepth;
    }
    return inlined;
}

}  // namespace argosy::grammar
