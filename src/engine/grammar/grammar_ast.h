// A grammar as the front ends (GBNF, regular expression, JSON Schema, tags) write it down: rules
// over expressions. Not yet checked for size or meaning; compile.h does that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/grammar/char_set.h"

namespace argosy::grammar {

using ExprId = uint32_t;
using RuleId = uint32_t;
inline constexpr uint32_t kUnbounded = UINT32_MAX;
inline constexpr ExprId kNoExpr = UINT32_MAX;

enum class ExprKind : uint8_t {
    kLiteral,   // text, bytes as they are
    kClass,     // one character of set, in UTF-8
    kSequence,  // children, one after the other; none: the empty text
    kChoice,    // one of children; none: nothing matches
    kRepeat,    // children[0], min to max times
    kRule,      // a call of rule
    kList,      // see GrammarAst::List
    kFreeText,  // see GrammarAst::FreeText
};

struct Expr {
    ExprKind kind = ExprKind::kSequence;
    bool flag = false;  // kList: in order; kFreeText: once
    uint32_t min = 0, max = 0;
    RuleId rule = 0;
    std::string text;
    CharSet set;
    std::vector<ExprId> children;
    std::vector<bool> required;         // kList
    std::vector<std::string> triggers;  // kFreeText
};

struct Rule {
    std::string name;
    ExprId body = kNoExpr;
};

struct GrammarAst {
    std::vector<Expr> exprs;
    std::vector<Rule> rules;
    RuleId root = 0;

    ExprId Add(Expr expr) {
        exprs.push_back(std::move(expr));
        return ExprId(exprs.size() - 1);
    }
    ExprId Empty() { return Add({}); }
    ExprId Never() { return Choice({}); }
    ExprId Literal(std::string_view text);
    ExprId Class(CharSet set);
    ExprId Sequence(std::vector<ExprId> children);
    ExprId Choice(std::vector<ExprId> children);
    ExprId Repeat(ExprId child, uint32_t min, uint32_t max);
    ExprId Optional(ExprId child) { return Repeat(child, 0, 1); }
    ExprId Call(RuleId rule);
    RuleId AddRule(std::string name) {
        rules.push_back({std::move(name), kNoExpr});
        return RuleId(rules.size() - 1);
    }
    /// Items one after the other with `separator` between those present, each present where
    /// `required`, then `extra` `min` to `max` times (kNoExpr: none). `in_order`: leaving out an
    /// item leaves out all behind it (arrays); else any optional item may be missing (objects).
    ExprId List(std::vector<ExprId> items, std::vector<bool> required, ExprId separator,
                ExprId extra, uint32_t min, uint32_t max, bool in_order);
    /// Any bytes but 0xFE and 0xFF without one of `triggers`; behind triggers[i] must come
    /// continuations[i], after which the text goes on, or with `once` ends.
    ExprId FreeText(std::vector<std::string> triggers, std::vector<ExprId> continuations,
                    bool once);
};

/// Control tokens have no text of their own: in a grammar and in the vocabulary trie they are
/// spelled as 0xFF, their name, 0xFF, which no text can be.
std::string ControlSpelling(std::string_view name);

}  // namespace argosy::grammar
