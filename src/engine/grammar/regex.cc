#include "engine/grammar/regex.h"

#include <algorithm>
#include <string>

namespace argosy::grammar {
namespace {

constexpr size_t kMaxPattern = 64 << 10;
constexpr int kMaxGroups = 60;
constexpr uint32_t kMaxRepetition = 10'000;

uint32_t AddLength(uint32_t a, uint32_t b) {
    return a == kUnbounded || b == kUnbounded
               ? kUnbounded
               : uint32_t(std::min<uint64_t>(uint64_t{a} + b, kUnbounded - 1));
}
uint32_t TimesLength(uint32_t a, uint32_t times) {
    if (a == 0 || times == 0) return 0;
    if (a == kUnbounded || times == kUnbounded) return kUnbounded;
    return uint32_t(std::min<uint64_t>(uint64_t{a} * times, kUnbounded - 1));
}

CharSet Ascii(std::string_view pairs) {
    CharSet set;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
        set.Add(uint8_t(pairs[i]), uint8_t(pairs[i + 1]));
    }
    return set;
}

class RegexParser {
  public:
    RegexParser(GrammarAst& ast, std::string_view pattern, RegexOptions options)
        : ast_(ast), pattern_(pattern), options_(options) {}

    Result<RegexExpr> Run() {
        if (pattern_.size() > kMaxPattern) {
            return Fail("pattern of {} bytes; at most {} are read", pattern_.size(), kMaxPattern);
        }
        ARGOSY_TRY(const RegexExpr whole, ParseChoice(0, true));
        if (at_ < pattern_.size()) return Fail("')' without '('");
        return whole;
    }

  private:
    template <typename... Args>
    std::unexpected<Error> Fail(fmt::format_string<Args...> format, Args&&... args) {
        return Make(ErrorCode::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...));
    }
    std::unexpected<Error> Unsupported(std::string_view what) {
        return Make(ErrorCode::kUnsupported,
                    fmt::format("{} cannot be enforced while generating", what));
    }
    std::unexpected<Error> Make(ErrorCode code, std::string message) {
        return std::unexpected(
            Error{code, std::move(message), fmt::format("regular expression, offset {}", at_)});
    }

    char Peek(size_t ahead = 0) const {
        return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
    }
    bool End() const { return at_ >= pattern_.size(); }

    RegexExpr Char(const CharSet& set) {
        return {options_.in_json_string ? JsonCharExpr(ast_, set) : ast_.Class(set), 1, 1};
    }

    RegexExpr Anything() {
        const RegexExpr any = Char(CharSet::All());
        return {ast_.Repeat(any.expr, 0, kUnbounded), 0, kUnbounded};
    }

    static void Append(RegexExpr& to, std::vector<ExprId>& parts, const RegexExpr& part) {
        parts.push_back(part.expr);
        to.min_length = AddLength(to.min_length, part.min_length);
        to.max_length = AddLength(to.max_length, part.max_length);
    }

    Result<RegexExpr> ParseChoice(int depth, bool outermost) {
        std::vector<ExprId> choices;
        RegexExpr out{kNoExpr, kUnbounded, 0};
        for (;;) {
            ARGOSY_TRY(const RegexExpr branch, ParseBranch(depth, outermost));
            choices.push_back(branch.expr);
            out.min_length = std::min(out.min_length, branch.min_length);
            out.max_length = std::max(out.max_length, branch.max_length);
            if (Peek() != '|' || End()) break;
            ++at_;
        }
        out.expr = ast_.Choice(std::move(choices));
        return out;
    }

    Result<RegexExpr> ParseBranch(int depth, bool outermost) {
        const bool search = outermost && options_.mode == RegexMode::kSearch;
        RegexExpr out{kNoExpr, 0, 0};
        std::vector<ExprId> parts;
        bool begins = false, ends = false;
        for (; outermost && Peek() == '^' && !End(); ++at_) begins = true;
        if (search && !begins) Append(out, parts, Anything());
        while (!End() && Peek() != '|' && Peek() != ')') {
            if (outermost && Peek() == '$') {
                ++at_;
                ends = true;
                continue;
            }
            if (ends) return Unsupported("something behind '$'");
            ARGOSY_TRY(RegexExpr atom, ParseAtom(depth));
            ARGOSY_TRY(atom, ParseRepetition(atom));
            Append(out, parts, atom);
        }
        if (search && !ends) Append(out, parts, Anything());
        out.expr = ast_.Sequence(std::move(parts));
        return out;
    }

    Result<RegexExpr> ParseAtom(int depth) {
        switch (Peek()) {
            case '(':
                return ParseGroup(depth);
            case '[':
                return ParseClass();
            case '.': {
                ++at_;
                CharSet line_ends;
                for (const uint32_t c : {0x0AU, 0x0DU, 0x2028U, 0x2029U}) line_ends.Add(c);
                return Char(line_ends.Complement());
            }
            case '^':
            case '$':
                return Unsupported("an anchor within the expression");
            case '*':
            case '+':
            case '?':
                return Fail("'{}' repeats nothing", Peek());
            default:
                break;
        }
        ARGOSY_TRY(const CharSet set, ParseCharOrClassEscape());
        return Char(set);
    }

    Result<RegexExpr> ParseGroup(int depth) {
        if (depth >= kMaxGroups) return Fail("more than {} nested groups", kMaxGroups);
        ++at_;
        if (Peek() == '?') {
            if (Peek(1) == ':') {
                at_ += 2;
            } else if ((Peek(1) == '<' && Peek(2) != '=' && Peek(2) != '!') ||
                       (Peek(1) == 'P' && Peek(2) == '<')) {
                const size_t close = pattern_.find('>', at_);
                if (close == pattern_.npos) return Fail("the group's name has no '>'");
                at_ = close + 1;
            } else {
                return Unsupported("look-around or another (?...) construct");
            }
        }
        ARGOSY_TRY(const RegexExpr inside, ParseChoice(depth + 1, false));
        if (Peek() != ')') return Fail("the group has no ')'");
        ++at_;
        return inside;
    }

    Result<RegexExpr> ParseRepetition(RegexExpr atom) {
        uint32_t min = 0, max = kUnbounded;
        if (Peek() == '*' || Peek() == '+' || Peek() == '?') {
            if (Peek() == '+') min = 1;
            if (Peek() == '?') max = 1;
            ++at_;
        } else if (Peek() == '{' && Peek(1) >= '0' && Peek(1) <= '9') {
            ARGOSY_CHECK_OK(ParseCounts(min, max));
        } else {
            return atom;
        }
        if (Peek() == '?') ++at_;  // lazy: the same language
        if (Peek() == '+') return Unsupported("a possessive repetition");
        if (Peek() == '*' || (Peek() == '{' && Peek(1) >= '0' && Peek(1) <= '9')) {
            return Fail("'{}' repeats nothing", Peek());
        }
        return RegexExpr{ast_.Repeat(atom.expr, min, max), TimesLength(atom.min_length, min),
                         TimesLength(atom.max_length, max)};
    }

    Result<void> ParseCounts(uint32_t& min, uint32_t& max) {
        ++at_;
        ARGOSY_TRY(min, ParseNumber());
        max = min;
        if (Peek() == ',') {
            ++at_;
            max = kUnbounded;
            if (Peek() != '}') {
                ARGOSY_TRY(max, ParseNumber());
            }
        }
        if (Peek() != '}') return Fail("expected '}}' of the repetition");
        if (min > max) return Fail("repetition {{{},{}}}: least above most", min, max);
        ++at_;
        return {};
    }

    Result<uint32_t> ParseNumber() {
        uint32_t value = 0;
        if (Peek() < '0' || Peek() > '9') return Fail("expected a number");
        for (; Peek() >= '0' && Peek() <= '9'; ++at_) {
            value = value * 10 + uint32_t(Peek() - '0');
            if (value > kMaxRepetition) {
                return Fail("a repetition of more than {} times", kMaxRepetition);
            }
        }
        return value;
    }

    Result<RegexExpr> ParseClass() {
        const size_t begin = at_++;
        const bool negated = Peek() == '^';
        if (negated) ++at_;
        CharSet set;
        while (Peek() != ']' || End()) {
            if (End()) {
                at_ = begin;
                return Fail("the class has no ']'");
            }
            ARGOSY_TRY(const CharSet first, ParseClassAtom());
            const bool single = Single(first);
            if (Peek() == '-' && Peek(1) != ']' && single) {
                ++at_;
                ARGOSY_TRY(const CharSet last, ParseClassAtom());
                if (!Single(last) || last.ranges()[0].lo < first.ranges()[0].lo) {
                    return Fail("a range of characters that ends before it begins");
                }
                set.Add(first.ranges()[0].lo, last.ranges()[0].lo);
            } else {
                set.Add(first);
            }
        }
        ++at_;
        return Char(negated ? set.Complement() : set);
    }

    static bool Single(const CharSet& set) {
        return set.ranges().size() == 1 && set.ranges()[0].lo == set.ranges()[0].hi;
    }

    Result<CharSet> ParseClassAtom() {
        if (Peek() == '\\' && Peek(1) == 'b') {
            at_ += 2;
            return CharSet(8, 8);
        }
        if (Peek() == '[' && Peek(1) == ':') return Unsupported("a POSIX class");
        return ParseCharOrClassEscape();
    }

    Result<CharSet> ParseCharOrClassEscape() {
        if (End()) return Fail("ends where a character should stand");
        if (Peek() != '\\') {
            const int32_t c = NextUtf8(pattern_, at_);
            if (c < 0) return Fail("invalid UTF-8");
            return CharSet(uint32_t(c), uint32_t(c));
        }
        const char escape = Peek(1);
        const auto is = [](uint32_t c) { return CharSet(c, c); };
        switch (escape) {
            case 'd':
                return at_ += 2, Ascii("09");
            case 'D':
                return at_ += 2, Ascii("09").Complement();
            case 'w':
                return at_ += 2, Ascii("09AZaz__");
            case 'W':
                return at_ += 2, Ascii("09AZaz__").Complement();
            case 's':
                return at_ += 2, Ascii("\t\r  ");
            case 'S':
                return at_ += 2, Ascii("\t\r  ").Complement();
            case 'n':
                return at_ += 2, is('\n');
            case 'r':
                return at_ += 2, is('\r');
            case 't':
                return at_ += 2, is('\t');
            case 'f':
                return at_ += 2, is('\f');
            case 'v':
                return at_ += 2, is('\v');
            case '0':
                return at_ += 2, is(0);
            case 'x':
                return ParseHex(2);
            case 'u':
                return ParseHex(4);
            case '\0':
                return Fail("'\\' at the end");
            default:
                break;
        }
        if (escape >= '1' && escape <= '9') return Unsupported("a back-reference");
        if (escape == 'b' || escape == 'B' || escape == 'A' || escape == 'Z' || escape == 'z') {
            return Unsupported("an anchor such as \\b");
        }
        if (escape == 'p' || escape == 'P') return Unsupported("a Unicode property \\p");
        if ((escape >= 'a' && escape <= 'z') || (escape >= 'A' && escape <= 'Z')) {
            return Fail("unknown escape \\{}", escape);
        }
        ++at_;
        const int32_t c = NextUtf8(pattern_, at_);
        if (c < 0) return Fail("invalid UTF-8");
        return is(uint32_t(c));
    }

    Result<CharSet> ParseHex(int digits) {
        at_ += 2;
        const bool braces = digits == 4 && Peek() == '{';
        if (braces) ++at_;
        uint32_t value = 0;
        int count = 0;
        for (; count < (braces ? 6 : digits); ++count, ++at_) {
            const char c = Peek();
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) break;
            value = value * 16 + uint32_t(digit);
        }
        if (count == 0 || (!braces && count != digits) || (braces && Peek() != '}')) {
            return Fail("expected hexadecimal digits");
        }
        if (braces) ++at_;
        if (value > kMaxChar || (value >= 0xD800 && value <= 0xDFFF)) {
            return Unsupported("half of a surrogate pair, or a number that is no character,");
        }
        return CharSet(value, value);
    }

    GrammarAst& ast_;
    std::string_view pattern_;
    RegexOptions options_;
    size_t at_ = 0;
};

}  // namespace

Result<RegexExpr> ParseRegex(GrammarAst& ast, std::string_view pattern, RegexOptions options) {
    return RegexParser(ast, pattern, options).Run();
}

ExprId JsonCharExpr(GrammarAst& ast, const CharSet& set) {
    CharSet special(0, 0x1F);
    special.Add('"');
    special.Add('\\');
    const CharSet itself = set.Minus(special);
    std::vector<ExprId> choices;
    if (!itself.empty()) choices.push_back(ast.Class(itself));
    constexpr std::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const CharRange& range : set.Intersect(special).ranges()) {
        for (uint32_t c = range.lo; c <= range.hi; ++c) {
            std::string spelling = fmt::format("\\u{:04x}", c);
            for (size_t i = 0; i < kShort.size(); i += 2) {
                if (uint8_t(kShort[i]) == c) spelling = {'\\', kShort[i + 1]};
            }
            choices.push_back(ast.Literal(spelling));
        }
    }
    return ast.Choice(std::move(choices));
}

ExprId AnyJsonCharExpr(GrammarAst& ast) {
    CharSet special(0, 0x1F), simple, digits = Ascii("09afAF"), d = Ascii("dd");
    special.Add('"');
    special.Add('\\');
    for (const char c : std::string_view("\"\\/bfnrt")) simple.Add(uint8_t(c));
    d.Add('D');
    const ExprId hex = ast.Class(digits);
    const auto in = [&](std::string_view pairs) { return ast.Class(Ascii(pairs)); };
    // \uXXXX: any but surrogates, which come in pairs only.
    const ExprId scalar =
        ast.Choice({ast.Sequence({in("09acefACEF"), ast.Repeat(hex, 3, 3)}),
                    ast.Sequence({ast.Class(d), in("07"), ast.Repeat(hex, 2, 2)})});
    const ExprId pair =
        ast.Sequence({ast.Class(d), in("89abAB"), ast.Repeat(hex, 2, 2), ast.Literal("\\u"),
                      ast.Class(d), in("cfCF"), ast.Repeat(hex, 2, 2)});
    const ExprId escape =
        ast.Sequence({ast.Literal("\\"),
                      ast.Choice({ast.Class(simple),
                                  ast.Sequence({ast.Literal("u"), ast.Choice({scalar, pair})})})});
    return ast.Choice({ast.Class(special.Complement()), escape});
}

}  // namespace argosy::grammar
