// First half of compilation: expressions to a graph with empty edges (Thompson's construction),
// with calls of rules that are not recursive replaced by their bodies.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "engine/grammar/compile.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

struct RawByteEdge {
    NodeId from = 0, to = 0;
    uint8_t lo = 0, hi = 0;
};
struct RawCallEdge {
    NodeId from = 0, to = 0;
    RuleId rule = 0;
};
struct RawEmptyEdge {
    NodeId from = 0, to = 0;
};

struct RawGraph {
    std::vector<RuleId> rule_of;     // per node
    std::vector<uint16_t> free_run;  // per node
    std::vector<RawByteEdge> bytes;
    std::vector<RawCallEdge> calls;
    std::vector<RawEmptyEdge> empties;
    std::vector<NodeId> start, end;  // per rule; kNoNode: inlined everywhere
};
inline constexpr NodeId kNoNode = UINT32_MAX;

/// The last rule of the result calls the root and is called by none. kInvalidArgument: too large.
Result<RawGraph> BuildGraph(const GrammarAst& ast);

}  // namespace argosy::grammar
