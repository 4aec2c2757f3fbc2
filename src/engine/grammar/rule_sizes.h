// Which rules of a grammar are replaced by their bodies where they are called.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

/// Per rule: neither recursive nor, with its own calls replaced, larger than `limit` states, nor
/// with a nesting too deep to build.
std::vector<bool> InlinedRules(const GrammarAst& ast, uint64_t limit);

}  // namespace argosy::grammar
