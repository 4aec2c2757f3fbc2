// Regular expressions (the common part of ECMA-262, PCRE and Python's re that is regular) to
// expressions of a grammar, as text or as the inside of a JSON string.
#pragma once

#include <string_view>

#include "base/error.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

enum class RegexMode {
    kWhole,   // the whole text matches; ^ and $ at the ends change nothing
    kSearch,  // a part of the text matches, as JSON Schema's "pattern" says; ^ and $ bind
};

struct RegexOptions {
    RegexMode mode = RegexMode::kWhole;
    bool in_json_string = false;  // characters are spelled as JSON strings spell them
};

struct RegexExpr {
    ExprId expr = kNoExpr;
    uint32_t min_length = 0;  // characters of the shortest and longest match
    uint32_t max_length = kUnbounded;
};

/// Literals, ., classes with ranges and \d \w \s (ASCII) and their complements, escapes, groups
/// (plain, ?: and named), |, * + ? {m,n} and their lazy forms, ^ at the beginning and $ at the end
/// of a branch. Back-references, look-around, \b, \p and flags are kUnsupported; syntax errors are
/// kInvalidArgument; both name the offset.
Result<RegexExpr> ParseRegex(GrammarAst& ast, std::string_view pattern, RegexOptions options);

/// One character of `set` within a JSON string in its usual spelling: itself, or \" \\ \n \u001f.
ExprId JsonCharExpr(GrammarAst& ast, const CharSet& set);
/// One character of a JSON string in any spelling.
ExprId AnyJsonCharExpr(GrammarAst& ast);

}  // namespace argosy::grammar
