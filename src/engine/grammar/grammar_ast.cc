#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

ExprId GrammarAst::Literal(std::string_view text) {
    Expr expr;
    expr.kind = ExprKind::kLiteral;
    expr.text = text;
    return Add(std::move(expr));
}

ExprId GrammarAst::Class(CharSet set) {
    Expr expr;
    expr.kind = ExprKind::kClass;
    expr.set = std::move(set);
    return Add(std::move(expr));
}

ExprId GrammarAst::Sequence(std::vector<ExprId> children) {
    if (children.size() == 1) return children[0];
    Expr expr;
    expr.kind = ExprKind::kSequence;
    expr.children = std::move(children);
    return Add(std::move(expr));
}

ExprId GrammarAst::Choice(std::vector<ExprId> children) {
    if (children.size() == 1) return children[0];
    Expr expr;
    expr.kind = ExprKind::kChoice;
    expr.children = std::move(children);
    return Add(std::move(expr));
}

ExprId GrammarAst::Repeat(ExprId child, uint32_t min, uint32_t max) {
    Expr expr;
    expr.kind = ExprKind::kRepeat;
    expr.children = {child};
    expr.min = min;
    expr.max = max;
    return Add(std::move(expr));
}

ExprId GrammarAst::Call(RuleId rule) {
    Expr expr;
    expr.kind = ExprKind::kRule;
    expr.rule = rule;
    return Add(std::move(expr));
}

ExprId GrammarAst::List(std::vector<ExprId> items, std::vector<bool> required, ExprId separator,
                        ExprId extra, uint32_t min, uint32_t max, bool in_order) {
    Expr expr;
    expr.kind = ExprKind::kList;
    expr.flag = in_order;
    expr.min = min;
    expr.max = max;
    expr.required = std::move(required);
    expr.children = std::move(items);
    expr.children.push_back(separator);
    expr.children.push_back(extra);
    return Add(std::move(expr));
}

ExprId GrammarAst::FreeText(std::vector<std::string> triggers, std::vector<ExprId> continuations,
                            bool once) {
    Expr expr;
    expr.kind = ExprKind::kFreeText;
    expr.flag = once;
    expr.triggers = std::move(triggers);
    expr.children = std::move(continuations);
    return Add(std::move(expr));
}

std::string ControlSpelling(std::string_view name) {
    std::string out = "\xff";
    out += name;
    out += '\xff';
    return out;
}

}  // namespace argosy::grammar
