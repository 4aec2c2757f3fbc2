// Grammars of answers that mix free text with structure: structural tags and tool calls.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/grammar/grammar.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

Result<GrammarAst> StructuralTagsAst(const StructuralTagOptions& options);
Result<GrammarAst> ToolCallsAst(const ToolCallOptions& options);

/// The text with the control tokens in it spelled as the vocabulary trie spells them.
std::string SpellControls(std::string_view text, const std::vector<std::string>& control_tokens);

}  // namespace argosy::grammar
