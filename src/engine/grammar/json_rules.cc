#include "engine/grammar/json_rules.h"

#include <cmath>
#include <map>

#include "engine/grammar/regex.h"

namespace argosy::grammar {
namespace {

ExprId Digits(GrammarAst& ast, char lo, char hi) {
    return ast.Class(CharSet(uint32_t(lo), uint32_t(hi)));
}

std::string Quoted(std::string_view text) { return json::serialize(json::string(text)); }

std::string Scalar(const json::value& value) {
    if (!value.is_double()) return json::serialize(value);
    const double number = value.get_double();
    return fmt::format("{}", number == 0 ? 0.0 : number);
}

}  // namespace

ExprId JsonRules::Gap() {
    if (whitespace_ != JsonWhitespace::kFlexible) return ast_.Empty();
    CharSet blank(' ', ' ');
    blank.Add('\t');
    return ast_.Optional(
        ast_.Choice({ast_.Literal(" "),
                     ast_.Sequence({ast_.Literal("\n"), ast_.Repeat(ast_.Class(blank), 0, 20)})}));
}

ExprId JsonRules::Comma() {
    if (whitespace_ == JsonWhitespace::kSpaced) {
        return ast_.Sequence({ast_.Literal(","), ast_.Optional(ast_.Literal(" "))});
    }
    return ast_.Sequence({ast_.Literal(","), Gap()});
}

ExprId JsonRules::Member(ExprId key, ExprId value) {
    std::vector<ExprId> parts = {key, ast_.Literal(":")};
    if (whitespace_ != JsonWhitespace::kCompact) {
        parts.push_back(ast_.Optional(ast_.Literal(" ")));
    }
    parts.push_back(value);
    return ast_.Sequence(std::move(parts));
}

ExprId JsonRules::Key(std::string_view name) { return ast_.Literal(Quoted(name)); }

ExprId JsonRules::Bracketed(std::string_view open, ExprId content, std::string_view close) {
    return ast_.Sequence({ast_.Literal(open), Gap(), content, Gap(), ast_.Literal(close)});
}

ExprId JsonRules::String(uint32_t min_length, uint32_t max_length) {
    return ast_.Sequence({ast_.Literal("\""),
                          ast_.Repeat(AnyJsonCharExpr(ast_), min_length, max_length),
                          ast_.Literal("\"")});
}

ExprId JsonRules::Integer() {
    return ast_.Sequence(
        {ast_.Optional(ast_.Literal("-")),
         ast_.Choice({ast_.Literal("0"),
                      ast_.Sequence({Digits(ast_, '1', '9'),
                                     ast_.Repeat(Digits(ast_, '0', '9'), 0, kUnbounded)})})});
}

ExprId JsonRules::Number() {
    CharSet e('e', 'e'), sign('+', '+');
    e.Add('E');
    sign.Add('-');
    const ExprId whole = Integer();
    const ExprId fraction =
        ast_.Sequence({ast_.Literal("."), ast_.Repeat(Digits(ast_, '0', '9'), 1, kUnbounded)});
    // No double has more digits of exponent, and parsers refuse longer ones.
    const ExprId exponent = ast_.Sequence({ast_.Class(e), ast_.Optional(ast_.Class(sign)),
                                           ast_.Repeat(Digits(ast_, '0', '9'), 1, 3)});
    return ast_.Sequence({whole, ast_.Optional(fraction), ast_.Optional(exponent)});
}

RuleId JsonRules::ValueRule() {
    if (value_) return *value_;
    value_ = ast_.AddRule("json value");
    object_ = ast_.AddRule("json object");
    array_ = ast_.AddRule("json array");
    const ExprId member = Member(String(), ast_.Call(*value_));
    ast_.rules[*object_].body =
        Bracketed("{", ast_.List({}, {}, Comma(), member, 0, kUnbounded, false), "}");
    const ExprId item = ast_.Call(*value_);
    ast_.rules[*array_].body =
        Bracketed("[", ast_.List({}, {}, Comma(), item, 0, kUnbounded, true), "]");
    ast_.rules[*value_].body =
        ast_.Choice({ast_.Call(*object_), ast_.Call(*array_), String(), Number(),
                     ast_.Literal("true"), ast_.Literal("false"), ast_.Literal("null")});
    return *value_;
}

ExprId JsonRules::Constant(const json::value& value) {
    if (value.is_object()) {
        std::vector<ExprId> members;
        for (const auto& [name, member] : value.get_object()) {
            members.push_back(Member(Key(name), Constant(member)));
        }
        std::vector<bool> required(members.size(), true);
        return Bracketed(
            "{", ast_.List(std::move(members), std::move(required), Comma(), kNoExpr, 0, 0, true),
            "}");
    }
    if (value.is_array()) {
        std::vector<ExprId> items;
        for (const json::value& item : value.get_array()) items.push_back(Constant(item));
        std::vector<bool> required(items.size(), true);
        return Bracketed(
            "[", ast_.List(std::move(items), std::move(required), Comma(), kNoExpr, 0, 0, true),
            "]");
    }
    return ast_.Literal(Scalar(value));
}

// Strings leave the tree of the names at one of its nodes: by ending there, where no name does, or
// by a character that continues none. Before that, characters are written in their usual spelling.
ExprId JsonRules::StringExcept(const std::vector<std::string>& names) {
    if (names.empty()) return String();
    std::map<std::string, CharSet> next;  // prefix of a name -> characters that follow it
    for (const std::string& name : names) {
        for (size_t at = 0; at < name.size();) {
            const std::string prefix = name.substr(0, at);
            const int32_t c = NextUtf8(name, at);
            if (c >= 0) next[prefix].Add(uint32_t(c));
        }
        next[name];
    }
    const std::set<std::string> all(names.begin(), names.end());
    std::vector<ExprId> ways;
    const ExprId rest = ast_.Repeat(AnyJsonCharExpr(ast_), 0, kUnbounded);
    for (const auto& [prefix, follow] : next) {
        const std::string spelled = Quoted(prefix);
        const ExprId head = ast_.Literal(spelled.substr(0, spelled.size() - 1));
        CharSet other = follow.Complement();
        const ExprId leave =
            ast_.Sequence({JsonCharExpr(ast_, other.Intersect(CharSet(0x20, kMaxChar))), rest,
                           ast_.Literal("\"")});
        const bool is_name = all.contains(prefix);
        ways.push_back(
            ast_.Sequence({head, is_name ? leave : ast_.Choice({leave, ast_.Literal("\"")})}));
    }
    return ast_.Choice(std::move(ways));
}

}  // namespace argosy::grammar
