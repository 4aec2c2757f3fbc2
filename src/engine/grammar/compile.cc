#include "engine/grammar/compile.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>

#include "engine/grammar/thompson.h"

namespace argosy::grammar {
namespace {

constexpr size_t kMaxEdges = 6'000'000;
// Empty edges followed, in all: repetitions of what may be empty, one within another, can have few
// other edges and still lead from every node to every other.
constexpr int64_t kMaxEmptySteps = 20'000'000;

// Edges of a graph grouped by one of their ends.
class Adjacency {
  public:
    template <typename Edges, typename Key>
    Adjacency(size_t nodes, const Edges& edges, Key key) : begin_(nodes + 1), edges_(edges.size()) {
        for (const auto& edge : edges) ++begin_[key(edge) + 1];
        std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
        std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
        for (uint32_t i = 0; i < edges.size(); ++i) edges_[next[key(edges[i])]++] = i;
    }
    std::span<const uint32_t> Of(size_t node) const {
        return std::span(edges_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
    }

  private:
    std::vector<uint32_t> begin_, edges_;
};

constexpr auto kTo = [](const auto& edge) { return edge.to; };
constexpr auto kFrom = [](const auto& edge) { return edge.from; };
constexpr auto kRule = [](const RawCallEdge& edge) { return edge.rule; };

// The nodes from which a rule can be finished: with bytes (`productive`), or with the empty text.
// Works backwards from the ends; a call counts once the called rule's start does.
std::vector<bool> CanFinish(const RawGraph& graph, bool with_bytes) {
    const size_t nodes = graph.rule_of.size();
    const Adjacency empties(nodes, graph.empties, kTo), bytes(nodes, graph.bytes, kTo),
        calls(nodes, graph.calls, kTo), callers(graph.start.size(), graph.calls, kRule);
    std::vector<bool> can(nodes, false);
    std::vector<NodeId> work;
    const auto add = [&](NodeId node) {
        if (can[node]) return;
        can[node] = true;
        work.push_back(node);
    };
    for (const NodeId end : graph.end) {
        if (end != kNoNode) add(end);
    }
    while (!work.empty()) {
        const NodeId node = work.back();
        work.pop_back();
        for (const uint32_t e : empties.Of(node)) add(graph.empties[e].from);
        if (with_bytes) {
            for (const uint32_t e : bytes.Of(node)) add(graph.bytes[e].from);
        }
        for (const uint32_t e : calls.Of(node)) {
            if (can[graph.start[graph.calls[e].rule]]) add(graph.calls[e].from);
        }
        const RuleId rule = graph.rule_of[node];
        if (graph.start[rule] != node) continue;
        for (const uint32_t e : callers.Of(rule)) {
            if (can[graph.calls[e].to]) add(graph.calls[e].from);
        }
    }
    return can;
}

// Second half of compilation: empty edges are followed beforehand, dead ends and unreachable nodes
// are left out.
class Flattener {
  public:
    Flattener(const RawGraph& graph)
        : graph_(graph),
          productive_(CanFinish(graph, true)),
          nullable_(CanFinish(graph, false)),
          empties_(graph.rule_of.size(), graph.empties, kFrom),
          bytes_(graph.rule_of.size(), graph.bytes, kFrom),
          calls_(graph.rule_of.size(), graph.calls, kFrom),
          place_(graph.rule_of.size(), kNoNode),
          seen_(graph.rule_of.size(), 0),
          out_(std::make_unique<Compiled>()) {}

    Result<std::unique_ptr<const Compiled>> Run() {
        const RuleId root = RuleId(graph_.start.size() - 1);
        if (!productive_[graph_.start[root]]) {
            return Err(ErrorCode::kInvalidArgument,
                       "the grammar admits no text: every way through it needs something that "
                       "never ends or cannot be satisfied");
        }
        MakeClasses();
        out_->root = root;
        out_->rules.resize(graph_.start.size());
        Place(graph_.start[root]);
        for (size_t i = 0; i < order_.size(); ++i) {
            if (!Flatten(order_[i])) {
                return Err(ErrorCode::kInvalidArgument,
                           "the grammar is too large: more than {} edges or {} empty steps; use "
                           "smaller repetition counts",
                           kMaxEdges, kMaxEmptySteps);
            }
        }
        Node last;
        last.bytes_begin = uint32_t(out_->byte_edges.size());
        last.calls_begin = uint32_t(out_->call_edges.size());
        out_->nodes.push_back(last);
        for (RuleId r = 0; r <= root; ++r) {
            if (graph_.start[r] == kNoNode) continue;
            const NodeId start = place_[graph_.start[r]];
            out_->rules[r] = {start == kNoNode ? 0 : start, bool(nullable_[graph_.start[r]])};
        }
        return std::unique_ptr<const Compiled>(std::move(out_));
    }

  private:
    void MakeClasses() {
        std::array<bool, 257> cut = {};
        for (const RawByteEdge& e : graph_.bytes) cut[e.lo] = cut[e.hi + 1U] = true;
        uint8_t current = 0;
        for (size_t b = 1; b < 256; ++b) {
            if (cut[b]) ++current;
            out_->byte_class[b] = current;
        }
        out_->classes = current + 1U;
    }

    NodeId Place(NodeId raw) {
        if (place_[raw] == kNoNode) {
            place_[raw] = NodeId(order_.size());
            order_.push_back(raw);
        }
        return place_[raw];
    }

    bool Flatten(NodeId raw) {
        Node node;
        node.rule = graph_.rule_of[raw];
        node.bytes_begin = uint32_t(out_->byte_edges.size());
        node.calls_begin = uint32_t(out_->call_edges.size());
        ++stamp_;
        stack_ = {raw};
        seen_[raw] = stamp_;
        while (!stack_.empty()) {
            const NodeId at = stack_.back();
            stack_.pop_back();
            node.final |= at == graph_.end[node.rule];
            node.free_run = std::max(node.free_run, graph_.free_run[at]);
            for (const uint32_t e : bytes_.Of(at)) AddByte(graph_.bytes[e]);
            for (const uint32_t e : calls_.Of(at)) AddCall(graph_.calls[e]);
            for (const uint32_t e : empties_.Of(at)) {
                const NodeId to = graph_.empties[e].to;
                if (!productive_[to] || seen_[to] == stamp_) continue;
                seen_[to] = stamp_;
                ++empty_steps_;
                stack_.push_back(to);
            }
        }
        SortEdges(node);
        out_->nodes.push_back(node);
        return out_->byte_edges.size() + out_->call_edges.size() <= kMaxEdges &&
               empty_steps_ <= kMaxEmptySteps;
    }

    void AddByte(const RawByteEdge& edge) {
        if (!productive_[edge.to]) return;
        out_->byte_edges.push_back(
            {out_->byte_class[edge.lo], out_->byte_class[edge.hi], Place(edge.to)});
    }

    void AddCall(const RawCallEdge& edge) {
        if (!productive_[edge.to] || !productive_[graph_.start[edge.rule]]) return;
        Place(graph_.start[edge.rule]);
        out_->call_edges.push_back({edge.rule, Place(edge.to)});
    }

    void SortEdges(const Node& node) {
        const auto bytes = std::span(out_->byte_edges).subspan(node.bytes_begin);
        std::ranges::sort(bytes, [](const ByteEdge& a, const ByteEdge& b) {
            return std::tie(a.lo, a.hi, a.to) < std::tie(b.lo, b.hi, b.to);
        });
    }

    const RawGraph& graph_;
    const std::vector<bool> productive_, nullable_;
    const Adjacency empties_, bytes_, calls_;
    std::vector<NodeId> place_, order_, stack_;
    std::vector<uint32_t> seen_;
    uint32_t stamp_ = 0;
    int64_t empty_steps_ = 0;
    std::unique_ptr<Compiled> out_;
};

}  // namespace

CharSet PlainChars() {
    CharSet set(0x20, kMaxChar);
    CharSet special;
    for (const char c : {'"', '\\', '\x7f'}) special.Add(uint32_t(c));
    return set.Minus(special);
}

Result<std::unique_ptr<const Compiled>> Compile(const GrammarAst& ast) {
    ARGOSY_TRY(const RawGraph graph, BuildGraph(ast));
    return Flattener(graph).Run();
}

}  // namespace argosy::grammar
