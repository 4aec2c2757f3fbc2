// GBNF, the grammar notation of llama.cpp (its grammars/README.md), to a GrammarAst.
#pragma once

#include <string_view>

#include "base/error.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

/// Rules `name ::= ...` with "literals", [classes], `.`, groups, | * + ? {m} {m,} {m,n}, comments;
/// <name> is a control token. Left recursion is fine. The root is the rule `root`.
/// kInvalidArgument with line and column; kUnsupported for tokens by number.
Result<GrammarAst> ParseEbnf(std::string_view source);

/// Rules that call themselves at their end only become loops, which need no stack.
void UnrollTailCalls(GrammarAst& ast);

}  // namespace argosy::grammar
