#include "model/jinja/expression_parser.h"

#include <algorithm>

namespace argosy::jinja {
namespace {

// Nesting of expressions in the source, in levels of this parser's recursion.
constexpr int kMaxExpressionDepth = 150;
// Height of a tree: long chains of operators make high trees without nesting.
constexpr int kMaxExpressionHeight = 300;

}  // namespace

struct ExpressionParser::DepthGuard {
    explicit DepthGuard(ExpressionParser& p) : parser(p) {
        if (++parser.depth_ > kMaxExpressionDepth) {
            FailAt(parser.Current().line, ErrorCode::kResourceExhausted,
                   "expressions nest more than {} deep", kMaxExpressionDepth);
        }
    }
    ~DepthGuard() { --parser.depth_; }
    ExpressionParser& parser;
};

Token ExpressionParser::Next() {
    Token token = tokens_[pos_];
    if (pos_ + 1 < tokens_.size()) ++pos_;
    return token;
}

bool ExpressionParser::SkipName(std::string_view name) {
    if (!Current().IsName(name)) return false;
    Next();
    return true;
}

bool ExpressionParser::SkipOperator(std::string_view op) {
    if (!Current().IsOperator(op)) return false;
    Next();
    return true;
}

void ExpressionParser::ExpectOperator(std::string_view op) {
    if (SkipOperator(op)) return;
    FailHere(fmt::format("expected token '{}', got '{}'", op, Describe(Current())));
}

std::string ExpressionParser::ExpectName() {
    if (Current().kind != Tok::kName) {
        FailHere(fmt::format("expected token 'name', got '{}'", Describe(Current())));
    }
    return Next().text;
}

void ExpressionParser::FailHere(std::string message) const {
    FailAt(Current().line, ErrorCode::kInvalidArgument, "{}", message);
}

NameId ExpressionParser::Intern(const std::string& name) {
    const auto [it, fresh] = tree_.ids.emplace(name, static_cast<NameId>(tree_.names.size()));
    if (fresh) {
        tree_.names.push_back(name);
        tree_.loaded.push_back(false);
    }
    return it->second;
}

ExprPtr ExpressionParser::Make(ExprKind kind, int line, ExprPtr a, ExprPtr b) {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->line = line;
    if (a) expr->kids.push_back(std::move(a));
    if (b) expr->kids.push_back(std::move(b));
    return Measure(std::move(expr));
}

ExprPtr ExpressionParser::Measure(ExprPtr node) const {
    int height = 0;
    const auto add = [&](const ExprPtr& kid) {
        if (kid) height = std::max(height, kid->height);
    };
    for (const ExprPtr& kid : node->kids) add(kid);
    for (const ExprPtr& kid : node->call.positional) add(kid);
    for (const auto& [name, kid] : node->call.named) add(kid);
    add(node->call.star);
    add(node->call.star_star);
    node->height = height + 1;
    if (node->height > kMaxExpressionHeight) {
        FailAt(node->line, ErrorCode::kResourceExhausted,
               "an expression is more than {} operations deep", kMaxExpressionHeight);
    }
    return node;
}

ExprPtr ExpressionParser::ParseExpression(bool with_condition) {
    DepthGuard guard(*this);
    return with_condition ? ParseCondition() : ParseOr();
}

ExprPtr ExpressionParser::ParseCondition() {
    DepthGuard guard(*this);
    ExprPtr node = ParseOr();
    while (Current().IsName("if")) {
        const int line = Next().line;
        ExprPtr test = ParseOr();
        node = Make(ExprKind::kCondition, line, std::move(node), std::move(test));
        if (SkipName("else")) node->kids.push_back(ParseCondition());
        node = Measure(std::move(node));
    }
    return node;
}

ExprPtr ExpressionParser::ParseOr() {
    ExprPtr left = ParseAnd();
    while (Current().IsName("or")) {
        const int line = Next().line;
        left = Make(ExprKind::kOr, line, std::move(left), ParseAnd());
    }
    return left;
}

ExprPtr ExpressionParser::ParseAnd() {
    ExprPtr left = ParseNot();
    while (Current().IsName("and")) {
        const int line = Next().line;
        left = Make(ExprKind::kAnd, line, std::move(left), ParseNot());
    }
    return left;
}

ExprPtr ExpressionParser::ParseNot() {
    if (!Current().IsName("not")) return ParseCompare();
    DepthGuard guard(*this);
    const int line = Next().line;
    return Make(ExprKind::kNot, line, ParseNot());
}

ExprPtr ExpressionParser::ParseCompare() {
    const int line = Current().line;
    ExprPtr first = ParseSum();
    ExprPtr chain;
    for (;;) {
        std::string op;
        const Token& token = Current();
        if (token.kind == Tok::kOperator &&
            (token.text == "==" || token.text == "!=" || token.text == "<" || token.text == "<=" ||
             token.text == ">" || token.text == ">=")) {
            op = Next().text;
        } else if (SkipName("in")) {
            op = "in";
        } else if (token.IsName("not") && Look().IsName("in")) {
            Next();
            Next();
            op = "not in";
        } else {
            break;
        }
        if (!chain) chain = Make(ExprKind::kCompare, line, std::move(first));
        chain->operators.push_back(std::move(op));
        chain->kids.push_back(ParseSum());
    }
    return chain ? Measure(std::move(chain)) : std::move(first);
}

ExprPtr ExpressionParser::ParseSum() {
    ExprPtr left = ParseConcat();
    while (Current().IsOperator("+") || Current().IsOperator("-")) {
        Token op = Next();
        left = Make(ExprKind::kBinary, op.line, std::move(left), ParseConcat());
        left->text = std::move(op.text);
    }
    return left;
}

ExprPtr ExpressionParser::ParseConcat() {
    ExprPtr first = ParseProduct();
    if (!Current().IsOperator("~")) return first;
    ExprPtr node = Make(ExprKind::kConcat, Current().line, std::move(first));
    while (SkipOperator("~")) node->kids.push_back(ParseProduct());
    return Measure(std::move(node));
}

ExprPtr ExpressionParser::ParseProduct() {
    ExprPtr left = ParsePower();
    const auto is_product = [&] {
        return Current().IsOperator("*") || Current().IsOperator("/") ||
               Current().IsOperator("//") || Current().IsOperator("%");
    };
    while (is_product()) {
        Token op = Next();
        left = Make(ExprKind::kBinary, op.line, std::move(left), ParsePower());
        left->text = std::move(op.text);
    }
    return left;
}

ExprPtr ExpressionParser::ParsePower() {
    ExprPtr left = ParseUnary();
    while (Current().IsOperator("**")) {
        Token op = Next();
        left = Make(ExprKind::kBinary, op.line, std::move(left), ParseUnary());
        left->text = std::move(op.text);
    }
    return left;
}

ExprPtr ExpressionParser::ParseUnary(bool with_filter) {
    DepthGuard guard(*this);
    ExprPtr node;
    const int line = Current().line;
    if (SkipOperator("-")) {
        node = Make(ExprKind::kNegate, line, ParseUnary(false));
    } else if (SkipOperator("+")) {
        node = Make(ExprKind::kPlus, line, ParseUnary(false));
    } else {
        node = ParsePrimary();
    }
    node = ParsePostfix(std::move(node));
    return with_filter ? ParseFilterExpression(std::move(node)) : std::move(node);
}

ExprPtr ExpressionParser::ParsePrimary(bool with_namespace) {
    DepthGuard guard(*this);
    const Token token = Current();
    if (token.kind == Tok::kString) return ParseStrings();
    if (token.IsOperator("[")) return ParseList();
    if (token.IsOperator("{")) return ParseDict();
    if (SkipOperator("(")) {
        ExprPtr node = ParseTuple(true, {}, true);
        ExpectOperator(")");
        return node;
    }
    if (token.kind != Tok::kName && token.kind != Tok::kInteger && token.kind != Tok::kFloat) {
        FailHere(fmt::format("unexpected '{}'", Describe(token)));
    }
    Next();
    ExprPtr node = Make(ExprKind::kConst, token.line);
    if (token.kind == Tok::kInteger) {
        node->constant = token.integer;
    } else if (token.kind == Tok::kFloat) {
        node->constant = token.real;
    } else if (token.text == "true" || token.text == "True") {
        node->constant = true;
    } else if (token.text == "false" || token.text == "False") {
        node->constant = false;
    } else if (token.text != "none" && token.text != "None") {
        node->name = Intern(token.text);
        node->kind = ExprKind::kName;
        if (with_namespace && SkipOperator(".")) {
            node->kind = ExprKind::kNamespaceRef;
            node->text = ExpectName();
        }
        tree_.loaded[static_cast<size_t>(node->name)] = true;
    }
    return node;
}

ExprPtr ExpressionParser::ParseStrings() {
    ExprPtr node = Make(ExprKind::kConst, Current().line);
    std::string text;
    while (Current().kind == Tok::kString) text += Next().text;
    node->constant = Value(std::move(text));
    return node;
}

bool ExpressionParser::TupleEnds(std::string_view stop) const {
    const Token& token = Current();
    return token.kind == Tok::kVariableEnd || token.kind == Tok::kBlockEnd ||
           token.IsOperator(")") || (!stop.empty() && token.IsName(stop));
}

ExprPtr ExpressionParser::ParseTuple(bool with_condition, std::string_view stop, bool parentheses) {
    const int line = Current().line;
    std::vector<ExprPtr> items;
    bool tuple = false;
    for (;;) {
        if (!items.empty()) ExpectOperator(",");
        if (TupleEnds(stop)) break;
        items.push_back(ParseExpression(with_condition));
        if (!Current().IsOperator(",")) break;
        tuple = true;
    }
    if (!tuple && !items.empty()) return std::move(items[0]);
    if (!tuple && !parentheses) {
        FailHere(fmt::format("Expected an expression, got '{}'", Describe(Current())));
    }
    ExprPtr node = Make(ExprKind::kTuple, line);
    node->kids = std::move(items);
    return Measure(std::move(node));
}

ExprPtr ExpressionParser::ParseTarget(bool with_namespace, std::string_view stop) {
    const int line = Current().line;
    std::vector<ExprPtr> items;
    bool tuple = false;
    for (;;) {
        if (!items.empty()) ExpectOperator(",");
        if (TupleEnds(stop)) break;
        const NameId name = Current().kind == Tok::kName ? Intern(Current().text) : kNoName;
        const bool loaded = name != kNoName && tree_.loaded[static_cast<size_t>(name)];
        items.push_back(ParsePrimary(with_namespace));
        CheckAssignable(*items.back());
        if (name != kNoName && items.back()->kind == ExprKind::kName) {
            tree_.loaded[static_cast<size_t>(name)] = loaded;  // written, not read
        }
        if (!Current().IsOperator(",")) break;
        tuple = true;
    }
    if (items.empty()) {
        FailHere(fmt::format("Expected an expression, got '{}'", Describe(Current())));
    }
    if (!tuple) return std::move(items[0]);
    ExprPtr node = Make(ExprKind::kTuple, line);
    node->kids = std::move(items);
    return Measure(std::move(node));
}

void ExpressionParser::CheckAssignable(const Expr& target) const {
    if (target.kind == ExprKind::kTuple) {
        for (const ExprPtr& item : target.kids) CheckAssignable(*item);
    } else if (target.kind != ExprKind::kName && target.kind != ExprKind::kNamespaceRef) {
        FailAt(target.line, ErrorCode::kInvalidArgument, "can't assign to an expression");
    }
}

ExprPtr ExpressionParser::ParseList() {
    ExprPtr node = Make(ExprKind::kList, Next().line);
    while (!Current().IsOperator("]")) {
        if (!node->kids.empty()) ExpectOperator(",");
        if (Current().IsOperator("]")) break;
        node->kids.push_back(ParseExpression());
    }
    ExpectOperator("]");
    return Measure(std::move(node));
}

ExprPtr ExpressionParser::ParseDict() {
    ExprPtr node = Make(ExprKind::kDict, Next().line);
    while (!Current().IsOperator("}")) {
        if (!node->kids.empty()) ExpectOperator(",");
        if (Current().IsOperator("}")) break;
        node->kids.push_back(ParseExpression());
        ExpectOperator(":");
        node->kids.push_back(ParseExpression());
    }
    ExpectOperator("}");
    return Measure(std::move(node));
}

ExprPtr ExpressionParser::ParsePostfix(ExprPtr node) {
    for (;;) {
        if (Current().IsOperator(".") || Current().IsOperator("[")) {
            node = ParseSubscript(std::move(node));
        } else if (Current().IsOperator("(")) {
            node = ParseCall(std::move(node));
        } else {
            return node;
        }
    }
}

ExprPtr ExpressionParser::ParseFilterExpression(ExprPtr node) {
    for (;;) {
        if (Current().IsOperator("|")) {
            node = ParseFilters(std::move(node));
        } else if (Current().IsName("is")) {
            node = ParseTest(std::move(node));
        } else if (Current().IsOperator("(")) {
            node = ParseCall(std::move(node));
        } else {
            return node;
        }
    }
}

ExprPtr ExpressionParser::ParseSubscript(ExprPtr node) {
    const Token open = Next();
    if (open.text == ".") {
        const Token name = Next();
        if (name.kind == Tok::kName) {
            ExprPtr out = Make(ExprKind::kAttribute, open.line, std::move(node));
            out->text = name.text;
            return out;
        }
        if (name.kind != Tok::kInteger) {
            FailAt(name.line, ErrorCode::kInvalidArgument, "expected name or number");
        }
        ExprPtr index = Make(ExprKind::kConst, name.line);
        index->constant = name.integer;
        return Make(ExprKind::kSubscript, open.line, std::move(node), std::move(index));
    }
    std::vector<ExprPtr> args;
    while (!Current().IsOperator("]")) {
        if (!args.empty()) ExpectOperator(",");
        args.push_back(ParseSubscripted());
    }
    ExpectOperator("]");
    ExprPtr index;
    if (args.size() == 1) {
        index = std::move(args[0]);
    } else {
        for (const ExprPtr& arg : args) {
            if (arg->kind == ExprKind::kSlice) FailHere("a slice cannot be part of a tuple index");
        }
        index = Make(ExprKind::kTuple, open.line);
        index->kids = std::move(args);
        index = Measure(std::move(index));
    }
    return Make(ExprKind::kSubscript, open.line, std::move(node), std::move(index));
}

ExprPtr ExpressionParser::ParseSubscripted() {
    const int line = Current().line;
    ExprPtr start;
    if (!Current().IsOperator(":")) {
        start = ParseExpression();
        if (!Current().IsOperator(":")) return start;
    }
    ExpectOperator(":");
    const auto ends = [&] { return Current().IsOperator("]") || Current().IsOperator(","); };
    ExprPtr stop, step;
    if (!Current().IsOperator(":") && !ends()) stop = ParseExpression();
    if (SkipOperator(":") && !ends()) step = ParseExpression();
    ExprPtr node = Make(ExprKind::kSlice, line);
    node->kids.push_back(std::move(start));
    node->kids.push_back(std::move(stop));
    node->kids.push_back(std::move(step));
    return Measure(std::move(node));
}

CallArgs ExpressionParser::ParseCallArgs() {
    ExpectOperator("(");
    CallArgs args;
    const auto ensure = [&](bool ok) {
        if (!ok) FailHere("invalid syntax for function call expression");
    };
    bool comma = false;
    while (!Current().IsOperator(")")) {
        if (comma) {
            ExpectOperator(",");
            if (Current().IsOperator(")")) break;
        }
        comma = true;
        if (SkipOperator("*")) {
            ensure(!args.star && !args.star_star);
            args.star = ParseExpression();
        } else if (SkipOperator("**")) {
            ensure(!args.star_star);
            args.star_star = ParseExpression();
        } else if (Current().kind == Tok::kName && Look().IsOperator("=")) {
            ensure(!args.star_star);
            std::string name = Next().text;
            Next();
            args.named.emplace_back(std::move(name), ParseExpression());
        } else {
            ensure(!args.star && !args.star_star && args.named.empty());
            args.positional.push_back(ParseExpression());
        }
    }
    ExpectOperator(")");
    return args;
}

ExprPtr ExpressionParser::ParseCall(ExprPtr node) {
    ExprPtr call = Make(ExprKind::kCall, Current().line, std::move(node));
    call->call = ParseCallArgs();
    return Measure(std::move(call));
}

std::string ExpressionParser::ParseDottedName() {
    std::string name = ExpectName();
    while (SkipOperator(".")) name += "." + ExpectName();
    return name;
}

ExprPtr ExpressionParser::ParseFilters(ExprPtr node, bool inline_start) {
    while (inline_start || Current().IsOperator("|")) {
        if (!inline_start) Next();
        inline_start = false;
        const int line = Current().line;
        auto filter = std::make_unique<Expr>();
        filter->kind = ExprKind::kFilter;
        filter->line = line;
        filter->text = ParseDottedName();
        filter->kids.push_back(std::move(node));  // null at the head of a filter block
        if (Current().IsOperator("(")) filter->call = ParseCallArgs();
        node = Measure(std::move(filter));
    }
    return node;
}

ExprPtr ExpressionParser::ParseTest(ExprPtr node) {
    const int line = Next().line;
    const bool negated = SkipName("not");
    ExprPtr test = Make(ExprKind::kTest, line, std::move(node));
    test->text = ParseDottedName();
    const Token& token = Current();
    const bool starts_argument = token.kind == Tok::kString || token.kind == Tok::kInteger ||
                                 token.kind == Tok::kFloat || token.IsOperator("[") ||
                                 token.IsOperator("{") ||
                                 (token.kind == Tok::kName && token.text != "else" &&
                                  token.text != "or" && token.text != "and");
    if (token.IsOperator("(")) {
        test->call = ParseCallArgs();
    } else if (starts_argument) {
        if (token.IsName("is")) FailHere("You cannot chain multiple tests with is");
        ExprPtr argument = ParsePrimary();
        test->call.positional.push_back(ParsePostfix(std::move(argument)));
    }
    test = Measure(std::move(test));
    return negated ? Make(ExprKind::kNot, line, std::move(test)) : std::move(test);
}

}  // namespace argosy::jinja
