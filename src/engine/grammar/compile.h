// From rules to what the automaton runs on: per rule a nondeterministic automaton over bytes whose
// edges are byte ranges and calls of other rules, without empty edges.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

using NodeId = uint32_t;

struct ByteEdge {
    uint8_t lo = 0, hi = 0;  // byte classes, inclusive
    NodeId to = 0;
};
struct CallEdge {
    RuleId rule = 0;
    NodeId to = 0;
};

struct Node {
    uint32_t bytes_begin = 0;  // into byte_edges, up to the next node's
    uint32_t calls_begin = 0;  // into call_edges
    RuleId rule = 0;
    uint16_t free_run = 0;  // any text of so many plain characters (see kPlain) may come next
    bool final = false;     // the rule can end here
};

inline constexpr uint16_t kEndlessRun = UINT16_MAX;

/// Characters that stand for themselves within JSON strings; most of a vocabulary is made of them.
CharSet PlainChars();

struct CompiledRule {
    NodeId start = 0;
    bool nullable = false;
};

struct Compiled {
    std::array<uint8_t, 256> byte_class = {};  // bytes that no edge tells apart are one class
    uint32_t classes = 1;
    std::vector<Node> nodes;  // and one more as the end of the last one's edges
    std::vector<ByteEdge> byte_edges;
    std::vector<CallEdge> call_edges;
    std::vector<CompiledRule> rules;
    RuleId root = 0;  // called by no rule

    size_t node_count() const { return nodes.size() - 1; }
};

/// kInvalidArgument where the grammar admits no text or is too large.
Result<std::unique_ptr<const Compiled>> Compile(const GrammarAst& ast);

}  // namespace argosy::grammar
