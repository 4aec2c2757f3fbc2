// The grammar of JSON itself (RFC 8259) and of its white space, as expressions to build on.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "engine/grammar/grammar.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

class JsonRules {
  public:
    JsonRules(GrammarAst& ast, JsonWhitespace whitespace) : ast_(ast), whitespace_(whitespace) {}

    ExprId Value() { return ast_.Call(ValueRule()); }
    ExprId Object() { return Value(), ast_.Call(*object_); }
    ExprId Array() { return Value(), ast_.Call(*array_); }
    ExprId String(uint32_t min_length = 0, uint32_t max_length = kUnbounded);
    ExprId Number();
    ExprId Integer();
    ExprId Boolean() { return ast_.Choice({ast_.Literal("true"), ast_.Literal("false")}); }
    ExprId Null() { return ast_.Literal("null"); }
    /// Exactly this value, in one spelling but for white space.
    ExprId Constant(const json::value& value);
    /// A string that is none of `names`, quotes included.
    ExprId StringExcept(const std::vector<std::string>& names);

    /// open content close, with the white space that belongs there.
    ExprId Bracketed(std::string_view open, ExprId content, std::string_view close);
    ExprId Comma();
    /// "name": value
    ExprId Member(ExprId key, ExprId value);
    ExprId Key(std::string_view name);

  private:
    RuleId ValueRule();
    ExprId Gap();  // around items

    GrammarAst& ast_;
    JsonWhitespace whitespace_;
    std::optional<RuleId> value_, object_, array_;
};

}  // namespace argosy::grammar
