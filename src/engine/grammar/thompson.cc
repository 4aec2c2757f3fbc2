#include "engine/grammar/thompson.h"

#include <algorithm>
#include <map>
#include <string>

#include "engine/grammar/rule_sizes.h"
#include "engine/grammar/trigger_matcher.h"

namespace argosy::grammar {
namespace {

constexpr size_t kMaxNodes = 1'000'000;
constexpr size_t kMaxEdges = 4'000'000;
constexpr int kMaxDepth = 400;  // of expressions within expressions, for the machine's stack

class GraphBuilder {
  public:
    GraphBuilder(const GrammarAst& ast, const std::vector<bool>& inlined)
        : ast_(ast), inlined_(inlined), shapes_(ast.exprs.size()), plain_(PlainChars()) {}

    Result<RawGraph> Run() {
        const RuleId rules = RuleId(ast_.rules.size());
        graph_.start.assign(rules + 1, kNoNode);
        graph_.end.assign(rules + 1, kNoNode);
        for (RuleId rule = 0; rule < rules; ++rule) {
            if (inlined_[rule]) continue;
            BuildRule(rule, [&](NodeId from) { return Build(ast_.rules[rule].body, from, true); });
        }
        BuildRule(rules, [&](NodeId from) { return BuildCall(ast_.root, from, false); });
        if (too_large_) {
            return Err(ErrorCode::kInvalidArgument,
                       "the grammar is too large: more than {} states or {} edges; use smaller "
                       "repetition counts or lengths",
                       kMaxNodes, kMaxEdges);
        }
        if (too_deep_) {
            return Err(ErrorCode::kInvalidArgument,
                       "the grammar is nested too deeply: more than {} levels", kMaxDepth);
        }
        return std::move(graph_);
    }

  private:
    // The edges of one character class between node 0 (from) and node 1 (to), to be copied.
    struct Shape {
        uint32_t inner = 0;
        std::vector<RawByteEdge> edges;
    };

    template <typename Body>
    void BuildRule(RuleId rule, Body body) {
        rule_ = rule;
        graph_.start[rule] = NewNode();
        graph_.end[rule] = body(graph_.start[rule]);
    }

    NodeId NewNode() {
        if (graph_.rule_of.size() >= kMaxNodes) too_large_ = true;
        if (too_large_) return 0;
        graph_.rule_of.push_back(rule_);
        graph_.free_run.push_back(0);
        return NodeId(graph_.rule_of.size() - 1);
    }
    void AddBytes(NodeId from, NodeId to, uint8_t lo, uint8_t hi) {
        if (graph_.bytes.size() >= kMaxEdges) too_large_ = true;
        if (!too_large_) graph_.bytes.push_back({from, to, lo, hi});
    }
    void AddEmpty(NodeId from, NodeId to) {
        if (graph_.empties.size() >= kMaxEdges) too_large_ = true;
        if (!too_large_) graph_.empties.push_back({from, to});
    }

    // Builds what `id` matches from node `from` on and gives the node behind it. `tail`: nothing
    // of the rule follows, so a call of the rule itself is a jump to its start.
    NodeId Build(ExprId id, NodeId from, bool tail) {
        if (++depth_ > kMaxDepth) too_deep_ = true;
        NodeId to = 0;
        if (!too_deep_ && !too_large_) to = BuildKind(ast_.exprs[id], id, from, tail);
        --depth_;
        return to;
    }

    NodeId BuildKind(const Expr& expr, ExprId id, NodeId from, bool tail) {
        switch (expr.kind) {
            case ExprKind::kLiteral:
                return BuildLiteral(expr.text, from);
            case ExprKind::kClass:
                return BuildClass(expr.set, id, from);
            case ExprKind::kSequence:
                for (size_t i = 0; i < expr.children.size(); ++i) {
                    from = Build(expr.children[i], from, tail && i + 1 == expr.children.size());
                }
                return from;
            case ExprKind::kChoice: {
                const NodeId end = NewNode();
                for (const ExprId child : expr.children) AddEmpty(Build(child, from, tail), end);
                return end;
            }
            case ExprKind::kRepeat:
                return BuildRepeat(expr, from, tail);
            case ExprKind::kRule:
                return BuildCall(expr.rule, from, tail);
            case ExprKind::kList:
                return BuildList(expr, from);
            case ExprKind::kFreeText:
                return BuildFreeText(expr, from);
        }
        return from;
    }

    NodeId BuildLiteral(const std::string& text, NodeId from) {
        for (const char c : text) {
            const NodeId next = NewNode();
            AddBytes(from, next, uint8_t(c), uint8_t(c));
            from = next;
        }
        return from;
    }

    NodeId BuildClass(const CharSet& set, ExprId id, NodeId from) {
        Shape& shape = shapes_[id];
        if (shape.inner == 0) {
            shape = MakeShape(set);
        }
        const NodeId to = NewNode();
        const NodeId base = NodeId(graph_.rule_of.size());
        for (uint32_t i = 1; i < shape.inner; ++i) NewNode();
        const auto place = [&](NodeId n) { return n == 0 ? from : n == 1 ? to : base + n - 2; };
        for (const RawByteEdge& e : shape.edges) AddBytes(place(e.from), place(e.to), e.lo, e.hi);
        return to;
    }

    // `inner` is one more than the nodes beside both ends, so that 0 means "not made yet".
    static Shape MakeShape(const CharSet& set) {
        Shape shape;
        shape.inner = 1;
        std::map<std::string, NodeId> suffixes = {{"", 1}};  // bytes still to come -> node
        for (const Utf8Sequence& sequence : Utf8Sequences(set)) {
            NodeId from = 0;
            bool known = false;
            for (int i = 0; i < sequence.length && !known; ++i) {
                std::string rest;
                for (int j = i + 1; j < sequence.length; ++j) {
                    rest += char(sequence.lo[j]);
                    rest += char(sequence.hi[j]);
                }
                const auto [it, fresh] = suffixes.try_emplace(rest, shape.inner + 1);
                if (fresh) ++shape.inner;
                shape.edges.push_back({from, it->second, sequence.lo[i], sequence.hi[i]});
                from = it->second;
                known = !fresh;  // the way from there on exists
            }
        }
        return shape;
    }

    NodeId BuildRepeat(const Expr& expr, NodeId from, bool tail) {
        const ExprId child = expr.children[0];
        const bool plain = Covers(child, 0);
        const auto mark = [&](NodeId node, uint32_t run) {
            if (plain && !too_large_) {
                graph_.free_run[node] = uint16_t(std::min<uint32_t>(run, kEndlessRun));
            }
        };
        NodeId at = from;
        for (uint32_t i = 0; i < expr.min && !Full(); ++i) {
            at = Own(at);
            mark(at, expr.max == kUnbounded ? kEndlessRun : std::min(expr.max - i, 0xFFFEU));
            at = Build(child, at, false);
        }
        if (expr.max == kUnbounded) {
            const NodeId loop = NewNode();
            AddEmpty(at, loop);
            mark(loop, kEndlessRun);
            AddEmpty(Build(child, loop, false), loop);
            return loop;
        }
        const NodeId end = NewNode();
        for (uint32_t i = expr.min; i < expr.max && !Full(); ++i) {
            at = Own(at);
            AddEmpty(at, end);
            mark(at, std::min(expr.max - i, 0xFFFEU));
            at = Build(child, at, tail && expr.max == 1);
        }
        AddEmpty(at, end);
        return end;
    }

    // A fresh node: what is marked on it holds for nothing else that leaves `node`.
    NodeId Own(NodeId node) {
        const NodeId own = NewNode();
        AddEmpty(node, own);
        return own;
    }

    // Whether the expression matches every single plain character.
    bool Covers(ExprId id, int depth) const {
        const Expr& expr = ast_.exprs[id];
        if (depth > 8) return false;
        if (expr.kind == ExprKind::kClass) return expr.set.ContainsAll(plain_);
        if (expr.kind == ExprKind::kRule) return Covers(ast_.rules[expr.rule].body, depth + 1);
        if (expr.kind != ExprKind::kChoice || expr.children.size() > 64) return false;
        return std::ranges::any_of(expr.children,
                                   [&](ExprId child) { return Covers(child, depth + 1); });
    }

    NodeId BuildCall(RuleId rule, NodeId from, bool tail) {
        if (rule == rule_ && tail) {
            AddEmpty(from, graph_.start[rule]);
            return NewNode();  // nothing leads there
        }
        if (inlined_[rule]) return Build(ast_.rules[rule].body, from, tail);
        const NodeId to = NewNode();
        if (graph_.calls.size() >= kMaxEdges) too_large_ = true;
        if (!too_large_) graph_.calls.push_back({from, to, rule});
        return to;
    }

    // `first` is where nothing of the list is there yet, `later` where the separator comes next.
    NodeId BuildList(const Expr& expr, NodeId from) {
        const size_t count = expr.children.size() - 2;
        const ExprId separator = expr.children[count], extra = expr.children[count + 1];
        const NodeId end = NewNode();
        NodeId first = Own(from), later = NewNode();
        const auto item = [&](ExprId child) {
            const NodeId begin = NewNode();
            AddEmpty(first, begin);
            AddEmpty(Build(separator, later, false), begin);
            return Build(child, begin, false);
        };
        const auto step = [&](ExprId child, bool required) {
            const NodeId behind = item(child), next_first = NewNode(), next_later = NewNode();
            AddEmpty(behind, next_later);
            if (!required) {
                AddEmpty(first, expr.flag ? end : next_first);
                AddEmpty(later, expr.flag ? end : next_later);
            }
            first = next_first;
            later = next_later;
        };
        for (size_t i = 0; i < count && !Full(); ++i) step(expr.children[i], expr.required[i]);
        if (extra != kNoExpr) {
            for (uint32_t i = 0; i < expr.min && !Full(); ++i) step(extra, true);
            if (expr.max == kUnbounded) AddEmpty(item(extra), later);
        }
        AddEmpty(first, end);
        AddEmpty(later, end);
        if (extra != kNoExpr && expr.max != kUnbounded) {
            for (uint32_t i = expr.min; i < expr.max && !Full(); ++i) {
                step(extra, true);
                AddEmpty(later, end);
            }
        }
        return end;
    }

    NodeId BuildFreeText(const Expr& expr, NodeId from) {
        const TriggerMatcher matcher(expr.triggers);
        std::vector<NodeId> place(matcher.states());
        for (NodeId& node : place) node = NewNode();
        const NodeId end = NewNode();
        AddEmpty(from, place[0]);
        std::vector<NodeId> found(expr.triggers.size());
        for (size_t i = 0; i < found.size(); ++i) {
            found[i] = NewNode();
            AddEmpty(Build(expr.children[i], found[i], false), expr.flag ? end : place[0]);
        }
        for (uint32_t state = 0; state < matcher.states(); ++state) {
            AddEmpty(place[state], end);
            for (const TriggerMatcher::Step& s : matcher.Steps(state)) {
                AddBytes(place[state], s.found ? found[s.target] : place[s.target], s.lo, s.hi);
            }
        }
        return end;
    }

    bool Full() const { return too_large_ || too_deep_; }

    const GrammarAst& ast_;
    const std::vector<bool>& inlined_;
    std::vector<Shape> shapes_;
    const CharSet plain_;
    RawGraph graph_;
    RuleId rule_ = 0;
    int depth_ = 0;
    bool too_large_ = false, too_deep_ = false;
};

}  // namespace

Result<RawGraph> BuildGraph(const GrammarAst& ast) {
    // Inlining makes tokens decidable without their context; where it makes the grammar too large,
    // only small rules are inlined.
    auto graph = GraphBuilder(ast, InlinedRules(ast, 4000)).Run();
    if (graph) return graph;
    return GraphBuilder(ast, InlinedRules(ast, 16)).Run();
}

}  // namespace argosy::grammar
