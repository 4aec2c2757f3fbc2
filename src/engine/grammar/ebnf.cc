#include "engine/grammar/ebnf.h"

#include <algorithm>
#include <map>
#include <string>

namespace argosy::grammar {
namespace {

constexpr size_t kMaxSource = size_t{1} << 20;
constexpr size_t kMaxRules = 20'000;
constexpr int kMaxGroups = 100;  // groups within groups
constexpr uint32_t kMaxRepetition = 10'000;

bool IsNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

int HexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

class EbnfParser {
  public:
    explicit EbnfParser(std::string_view source) : source_(source) {}

    Result<GrammarAst> Run() {
        if (source_.size() > kMaxSource) {
            return Err(ErrorCode::kInvalidArgument, "the grammar has {} bytes; at most {} are read",
                       source_.size(), kMaxSource);
        }
        SkipSpace(true);
        while (at_ < source_.size()) {
            ARGOSY_CHECK_OK(ParseRule());
            SkipSpace(true);
        }
        for (RuleId rule = 0; rule < ast_.rules.size(); ++rule) {
            if (ast_.rules[rule].body != kNoExpr) continue;
            return Fail(first_use_[rule], "rule \"{}\" is used but not defined",
                        ast_.rules[rule].name);
        }
        const auto root = names_.find("root");
        if (root == names_.end()) {
            return Fail(0, "there is no rule \"root\", where the text begins");
        }
        ast_.root = root->second;
        return std::move(ast_);
    }

  private:
    template <typename... Args>
    std::unexpected<Error> Fail(size_t at, fmt::format_string<Args...> format, Args&&... args) {
        size_t line = 1, column = 1;
        for (size_t i = 0; i < at && i < source_.size(); ++i) {
            if (source_[i] == '\n') {
                ++line;
                column = 1;
            } else if ((uint8_t(source_[i]) & 0xC0) != 0x80) {
                ++column;
            }
        }
        return std::unexpected(Error{ErrorCode::kInvalidArgument,
                                     fmt::format(format, std::forward<Args>(args)...),
                                     fmt::format("grammar line {} column {}", line, column)});
    }

    char Peek(size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void SkipSpace(bool lines) {
        while (at_ < source_.size()) {
            const char c = source_[at_];
            if (c == '#') {
                while (at_ < source_.size() && source_[at_] != '\n') ++at_;
            } else if (c == ' ' || c == '\t' || ((c == '\n' || c == '\r') && lines)) {
                ++at_;
            } else {
                return;
            }
        }
    }

    std::string ParseName() {
        const size_t begin = at_;
        while (IsNameChar(Peek())) ++at_;
        return std::string(source_.substr(begin, at_ - begin));
    }

    RuleId RuleNamed(const std::string& name, size_t at) {
        const auto [it, fresh] = names_.try_emplace(name, RuleId(ast_.rules.size()));
        if (fresh) {
            ast_.AddRule(name);
            first_use_.push_back(at);
        }
        return it->second;
    }

    Result<void> ParseRule() {
        const size_t begin = at_;
        const std::string name = ParseName();
        if (name.empty()) return Fail(at_, "expected the name of a rule");
        SkipSpace(false);
        if (source_.substr(at_, 3) != "::=") {
            return Fail(at_, "expected \"::=\" behind the name \"{}\"", name);
        }
        at_ += 3;
        const RuleId rule = RuleNamed(name, begin);
        if (ast_.rules.size() > kMaxRules) return Fail(begin, "more than {} rules", kMaxRules);
        if (ast_.rules[rule].body != kNoExpr) {
            return Fail(begin, "rule \"{}\" is defined twice", name);
        }
        SkipSpace(true);
        ARGOSY_TRY(const ExprId body, ParseChoice(0));
        ast_.rules[rule].body = body;
        if (at_ < source_.size() && Peek() != '\n' && Peek() != '\r') {
            return Fail(at_, "expected the end of the rule \"{}\", found '{}'", name, Shown());
        }
        return {};
    }

    std::string Shown() const {
        size_t end = at_;
        if (NextUtf8(source_, end) < 0x20) return "a control character or invalid UTF-8";
        return std::string(source_.substr(at_, end - at_));
    }

    Result<ExprId> ParseChoice(int depth) {
        std::vector<ExprId> choices;
        for (;;) {
            ARGOSY_TRY(const ExprId sequence, ParseSequence(depth));
            choices.push_back(sequence);
            const size_t behind = at_;
            SkipSpace(true);  // a line may begin with '|'
            if (Peek() != '|') {
                if (depth == 0) at_ = behind;
                return ast_.Choice(std::move(choices));
            }
            ++at_;
            SkipSpace(true);
        }
    }

    Result<ExprId> ParseSequence(int depth) {
        std::vector<ExprId> parts;
        for (;;) {
            SkipSpace(depth > 0);
            const size_t begin = at_;
            const char c = Peek();
            ExprId part = kNoExpr;
            if (c == '"') {
                ARGOSY_TRY(part, ParseLiteral());
            } else if (c == '[') {
                ARGOSY_TRY(part, ParseClass());
            } else if (c == '.') {
                ++at_;
                part = ast_.Class(CharSet::All());
            } else if (c == '<' || c == '!') {
                ARGOSY_TRY(part, ParseToken());
            } else if (c == '(') {
                if (depth >= kMaxGroups) return Fail(at_, "more than {} nested groups", kMaxGroups);
                ++at_;
                ARGOSY_TRY(part, ParseChoice(depth + 1));
                if (Peek() != ')') return Fail(at_, "expected ')' of the group");
                ++at_;
            } else if (IsNameChar(c)) {
                const std::string name = ParseName();
                part = ast_.Call(RuleNamed(name, begin));
            } else {
                return ast_.Sequence(std::move(parts));
            }
            ARGOSY_TRY(part, ParseRepetition(part));
            parts.push_back(part);
        }
    }

    Result<ExprId> ParseRepetition(ExprId part) {
        for (;;) {
            const size_t behind = at_;
            SkipSpace(false);
            const size_t begin = at_;
            uint32_t min = 0, max = kUnbounded;
            if (Peek() == '*' || Peek() == '+' || Peek() == '?') {
                if (Peek() == '+') min = 1;
                if (Peek() == '?') max = 1;
                ++at_;
            } else if (Peek() == '{') {
                ARGOSY_CHECK_OK(ParseCounts(min, max));
            } else {
                at_ = behind;
                return part;
            }
            if (min > max) return Fail(begin, "repetition {{{},{}}}: least above most", min, max);
            part = ast_.Repeat(part, min, max);
            if (++repetitions_ > 100'000) return Fail(begin, "more than 100000 repetitions");
        }
    }

    Result<void> ParseCounts(uint32_t& min, uint32_t& max) {
        const size_t begin = at_++;
        SkipSpace(false);
        if (Peek() == ',') {
            min = 0;
        } else {
            ARGOSY_TRY(min, ParseNumber());
        }
        max = min;
        SkipSpace(false);
        if (Peek() == ',') {
            ++at_;
            SkipSpace(false);
            max = kUnbounded;
            if (Peek() != '}') {
                ARGOSY_TRY(max, ParseNumber());
            }
            SkipSpace(false);
        }
        if (Peek() != '}') return Fail(begin, "expected {{m}}, {{m,}} or {{m,n}}");
        ++at_;
        return {};
    }

    Result<uint32_t> ParseNumber() {
        const size_t begin = at_;
        uint32_t value = 0;
        for (; Peek() >= '0' && Peek() <= '9'; ++at_) {
            value = value * 10 + uint32_t(Peek() - '0');
            if (value > kMaxRepetition) {
                return Fail(begin, "a repetition of more than {} times", kMaxRepetition);
            }
        }
        if (at_ == begin) return Fail(begin, "expected a number");
        return value;
    }

    Result<ExprId> ParseLiteral() {
        const size_t begin = at_++;
        std::string text;
        while (Peek() != '"') {
            if (at_ >= source_.size()) return Fail(begin, "the literal has no closing '\"'");
            ARGOSY_TRY(const uint32_t c, ParseChar());
            AppendUtf8(text, c);
        }
        ++at_;
        return ast_.Literal(text);
    }

    Result<ExprId> ParseClass() {
        const size_t begin = at_++;
        const bool negated = Peek() == '^';
        if (negated) ++at_;
        CharSet set;
        while (Peek() != ']') {
            if (at_ >= source_.size()) return Fail(begin, "the class has no closing ']'");
            const size_t first = at_;
            ARGOSY_TRY(const uint32_t lo, ParseChar());
            uint32_t hi = lo;
            if (Peek() == '-' && at_ + 1 < source_.size() && Peek(1) != ']') {
                ++at_;
                ARGOSY_TRY(hi, ParseChar());
            }
            if (hi < lo) return Fail(first, "a range of characters that ends before it begins");
            set.Add(lo, hi);
        }
        ++at_;
        return ast_.Class(negated ? set.Complement() : set);
    }

    // <name>: a control token. By number or negated they depend on the tokenizer alone.
    Result<ExprId> ParseToken() {
        const size_t begin = at_, end = source_.find('>', at_);
        if (Peek() == '!' || source_.substr(at_, 2) == "<[") {
            auto error = Fail(begin, "tokens by number or negated are not supported; write <name>");
            error.error().code = ErrorCode::kUnsupported;
            return error;
        }
        const std::string_view name = source_.substr(begin, end - begin + (end != source_.npos));
        if (end == source_.npos || name.find('\n') != name.npos) {
            return Fail(begin, "expected '>' of the token");
        }
        at_ = end + 1;
        return ast_.Literal(ControlSpelling(name));
    }

    Result<uint32_t> ParseChar() {
        const size_t begin = at_;
        if (Peek() != '\\') {
            const int32_t c = NextUtf8(source_, at_);
            if (c < 0) return Fail(begin, "invalid UTF-8");
            return uint32_t(c);
        }
        const char escape = Peek(1);
        at_ += 2;
        switch (escape) {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'x':
                return ParseHex(begin, 2);
            case 'u':
                return ParseHex(begin, 4);
            case 'U':
                return ParseHex(begin, 8);
            default:
                break;
        }
        constexpr std::string_view kThemselves = "\\\"'[]^-/.";
        if (begin + 1 >= source_.size() || kThemselves.find(escape) == kThemselves.npos) {
            return Fail(begin,
                        "unknown escape; known are \\n \\r \\t \\\\ \\\" \\[ \\] \\xHH \\uHHHH "
                        "\\UHHHHHHHH");
        }
        return uint32_t(escape);
    }

    Result<uint32_t> ParseHex(size_t begin, int digits) {
        uint64_t value = 0;
        for (int i = 0; i < digits; ++i, ++at_) {
            const int digit = HexDigit(Peek());
            if (digit < 0) return Fail(begin, "expected {} hexadecimal digits", digits);
            value = value * 16 + uint64_t(digit);
        }
        if (value > kMaxChar || (value >= 0xD800 && value <= 0xDFFF)) {
            return Fail(begin, "U+{:04X} is no character", value);
        }
        return uint32_t(value);
    }

    std::string_view source_;
    size_t at_ = 0;
    GrammarAst ast_;
    std::map<std::string, RuleId> names_;
    std::vector<size_t> first_use_;  // per rule
    size_t repetitions_ = 0;
};

// One rule's body as the alternatives that end in a call of the rule (without that call) and the
// others; fails where the rule is called anywhere else.
class TailSplit {
  public:
    TailSplit(GrammarAst& ast, RuleId rule) : ast_(ast), rule_(rule) {}

    std::vector<ExprId> loops, rest;

    bool Split(ExprId id, int depth) {
        const Expr expr = ast_.exprs[id];
        if (depth > 20) return false;
        if (expr.kind == ExprKind::kRule && expr.rule == rule_) return true;  // adds no text
        if (expr.kind == ExprKind::kChoice) {
            return std::ranges::all_of(expr.children,
                                       [&](ExprId child) { return Split(child, depth + 1); });
        }
        if (expr.kind == ExprKind::kRepeat && expr.max == 1) {
            if (expr.min == 0) rest.push_back(ast_.Empty());
            return Split(expr.children[0], depth + 1);
        }
        if (expr.kind == ExprKind::kSequence && !expr.children.empty()) {
            const Expr& last = ast_.exprs[expr.children.back()];
            if (last.kind == ExprKind::kRule && last.rule == rule_) {
                std::vector<ExprId> head(expr.children.begin(), expr.children.end() - 1);
                const bool fits = std::ranges::none_of(head, [&](ExprId e) { return Calls(e); });
                loops.push_back(ast_.Sequence(std::move(head)));
                return fits;
            }
        }
        rest.push_back(id);
        return !Calls(id);
    }

  private:
    bool Calls(ExprId body) const {
        std::vector<ExprId> stack = {body};
        while (!stack.empty()) {
            const Expr& expr = ast_.exprs[stack.back()];
            stack.pop_back();
            if (expr.kind == ExprKind::kRule && expr.rule == rule_) return true;
            stack.insert(stack.end(), expr.children.begin(), expr.children.end());
        }
        return false;
    }

    GrammarAst& ast_;
    RuleId rule_;
};

}  // namespace

Result<GrammarAst> ParseEbnf(std::string_view source) {
    ARGOSY_TRY(GrammarAst ast, EbnfParser(source).Run());
    UnrollTailCalls(ast);
    return ast;
}

void UnrollTailCalls(GrammarAst& ast) {
    for (RuleId rule = 0; rule < ast.rules.size(); ++rule) {
        TailSplit split(ast, rule);
        if (!split.Split(ast.rules[rule].body, 0) || split.loops.empty()) continue;
        const ExprId loop = ast.Repeat(ast.Choice(split.loops), 0, kUnbounded);
        ast.rules[rule].body = ast.Sequence({loop, ast.Choice(split.rest)});
        // Expressions stay ordered: a body is made after all its parts.
    }
}

}  // namespace argosy::grammar
