// The expression half of the parser; parser.cc adds the statements.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/jinja/ast.h"
#include "model/jinja/lexer.h"

namespace argosy::jinja {

class ExpressionParser {
  protected:
    ExpressionParser(std::vector<Token> tokens, Tree& tree)
        : tokens_(std::move(tokens)), tree_(tree) {}

    const Token& Current() const { return tokens_[pos_]; }
    const Token& Look() const { return tokens_[std::min(pos_ + 1, tokens_.size() - 1)]; }
    Token Next();
    bool SkipName(std::string_view name);
    bool SkipOperator(std::string_view op);
    void ExpectOperator(std::string_view op);
    std::string ExpectName();
    [[noreturn]] void FailHere(std::string message) const;
    NameId Intern(const std::string& name);

    ExprPtr ParseExpression(bool with_condition = true);
    /// One expression, or a tuple where commas follow. `stop`: a name that ends it (may be empty).
    ExprPtr ParseTuple(bool with_condition, std::string_view stop, bool parentheses = false);
    /// `a`, `a, b`, `(a, b)`, and with `with_namespace` also `ns.a`.
    ExprPtr ParseTarget(bool with_namespace, std::string_view stop = {});
    /// A chain of `| name(args)` on `node`; with `inline_start` the first has no bar.
    ExprPtr ParseFilters(ExprPtr node, bool inline_start = false);

  private:
    struct DepthGuard;
    ExprPtr Make(ExprKind kind, int line, ExprPtr a = nullptr, ExprPtr b = nullptr);
    /// Sets the height of a finished node; fails where it is too much.
    ExprPtr Measure(ExprPtr node) const;
    bool TupleEnds(std::string_view stop) const;
    ExprPtr ParseCondition();
    ExprPtr ParseOr();
    ExprPtr ParseAnd();
    ExprPtr ParseNot();
    ExprPtr ParseCompare();
    ExprPtr ParseSum();
    ExprPtr ParseConcat();
    ExprPtr ParseProduct();
    ExprPtr ParsePower();
    ExprPtr ParseUnary(bool with_filter = true);
    ExprPtr ParsePrimary(bool with_namespace = false);
    ExprPtr ParseStrings();
    ExprPtr ParseList();
    ExprPtr ParseDict();
    ExprPtr ParsePostfix(ExprPtr node);
    ExprPtr ParseFilterExpression(ExprPtr node);
    ExprPtr ParseSubscript(ExprPtr node);
    ExprPtr ParseSubscripted();
    CallArgs ParseCallArgs();
    ExprPtr ParseCall(ExprPtr node);
    ExprPtr ParseTest(ExprPtr node);
    std::string ParseDottedName();
    void CheckAssignable(const Expr& target) const;

    std::vector<Token> tokens_;
    size_t pos_ = 0;
    int depth_ = 0;
    Tree& tree_;
};

}  // namespace argosy::jinja
