#include "model/jinja/lexer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "model/jinja/failure.h"
#include "model/jinja/string_literal.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' ||
           (c & 0x80) != 0;
}

// \r\n and \r become \n, and one newline at the end goes.
std::string NormalizeNewlines(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            out += '\n';
            if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
        } else {
            out += source[i];
        }
    }
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

class Lexer {
  public:
    explicit Lexer(std::string source) : source_(std::move(source)), rest_(source_) {}

    std::vector<Token> Run() {
        while (pos_ < rest_.size()) LexRoot();
        Add(Tok::kEnd);
        return std::move(tokens_);
    }

  private:
    Token& Add(Tok kind, std::string text = {}) {
        Token token;
        token.kind = kind;
        token.line = line_;
        token.text = std::move(text);
        tokens_.push_back(std::move(token));
        return tokens_.back();
    }

    void Advance(size_t to) {
        line_ += static_cast<int>(std::count(rest_.begin() + pos_, rest_.begin() + to, '\n'));
        if (to > pos_) line_starting_ = rest_[to - 1] == '\n';
        pos_ = to;
    }

    bool StartsWith(size_t at, std::string_view what) const {
        return rest_.substr(std::min(at, rest_.size()), what.size()) == what;
    }

    size_t SkipSpace(size_t at) const {
        while (at < rest_.size()) {
            size_t next = at;
            if (!IsSpace(NextCodePoint(rest_, next))) break;
            at = next;
        }
        return at;
    }

    // The text before a tag, stripped as the tag's sign and lstrip_blocks say.
    void AddData(std::string_view text, char sign, bool variable) {
        if (sign == '-') {
            text = Strip(text, nullptr, false, true);
        } else if (sign != '+' && !variable) {
            const size_t newline = text.rfind('\n');
            const size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
            const std::string_view indent = text.substr(line_start);
            if ((line_start > 0 || line_starting_) && Strip(indent, nullptr, true, false).empty()) {
                text = text.substr(0, line_start);
            }
        }
        if (!text.empty()) Add(Tok::kData, std::string(text));
    }

    char SignAt(size_t at) const {
        return at < rest_.size() && (rest_[at] == '-' || rest_[at] == '+') ? rest_[at] : 0;
    }

    void LexRoot() {
        size_t tag = pos_;
        for (;; ++tag) {
            tag = rest_.find('{', tag);
            if (tag == std::string_view::npos || tag + 1 >= rest_.size()) {
                Add(Tok::kData, std::string(rest_.substr(pos_)));
                Advance(rest_.size());
                return;
            }
            if (const char c = rest_[tag + 1]; c == '%' || c == '{' || c == '#') break;
        }
        const char kind = rest_[tag + 1];
        const char sign = SignAt(tag + 2);
        AddData(rest_.substr(pos_, tag - pos_), sign, kind == '{');
        Advance(tag);
        if (kind == '%') {
            if (const size_t body = RawBegin(tag + 2)) return LexRaw(body);
        }
        if (kind == '#') return SkipComment(tag + 2 + (sign ? 1 : 0));
        Add(kind == '%' ? Tok::kBlockBegin : Tok::kVariableBegin);
        Advance(tag + 2 + (sign ? 1 : 0));
        LexTag(kind == '%');
    }

    // Where the body of a raw block starts whose "{%" ended at `at`; 0: it is another tag.
    size_t RawBegin(size_t at) const {
        if (SignAt(at)) ++at;
        at = SkipSpace(at);
        if (!StartsWith(at, "raw")) return 0;
        at = SkipSpace(at + 3);
        if (StartsWith(at, "-%}")) return SkipSpace(at + 3);
        return StartsWith(at, "%}") ? at + 2 : 0;
    }

    // What follows a block's end: the position behind "%}" and what it trims; 0: no end here.
    size_t BlockEnd(size_t at, std::string_view mark) const {
        if (at < rest_.size() && rest_[at] == '+' && StartsWith(at + 1, mark)) {
            return at + 1 + mark.size();
        }
        if (at < rest_.size() && rest_[at] == '-' && StartsWith(at + 1, mark)) {
            return SkipSpace(at + 1 + mark.size());
        }
        if (!StartsWith(at, mark)) return 0;
        at += mark.size();
        return at < rest_.size() && rest_[at] == '\n' ? at + 1 : at;
    }

    void LexRaw(size_t body) {
        const int begin_line = line_;
        Advance(body);
        for (size_t tag = rest_.find("{%", body); tag != std::string_view::npos;
             tag = rest_.find("{%", tag + 1)) {
            const char sign = SignAt(tag + 2);
            size_t at = SkipSpace(tag + 2 + (sign ? 1 : 0));
            if (!StartsWith(at, "endraw")) continue;
            const size_t end = BlockEnd(SkipSpace(at + 6), "%}");
            if (!end) continue;
            AddData(rest_.substr(body, tag - body), sign, false);
            Advance(end);
            return;
        }
        FailAt(begin_line, ErrorCode::kInvalidArgument, "Missing end of raw directive");
    }

    void SkipComment(size_t body) {
        for (size_t i = rest_.find("#}", body); i != std::string_view::npos;) {
            size_t end = i + 2;
            if (i > body && rest_[i - 1] == '-') {
                end = SkipSpace(end);
            } else if (i > body && rest_[i - 1] == '+') {
                // keeps the newline
            } else if (end < rest_.size() && rest_[end] == '\n') {
                ++end;
            }
            return Advance(end);
        }
        FailAt(line_, ErrorCode::kInvalidArgument, "Missing end of comment tag");
    }

    void LexTag(bool block) {
        std::string closers;  // open brackets' other halves
        for (;;) {
            if (closers.empty() && TagEnd(block)) return;
            if (pos_ >= rest_.size()) return;  // the parser sees the end and says what is missing
            const size_t spaced = SkipSpace(pos_);
            if (spaced > pos_) {
                Advance(spaced);
                continue;
            }
            const char c = rest_[pos_];
            if (IsDigit(c)) {
                LexNumber();
            } else if (IsNameByte(c)) {
                size_t end = pos_;
                while (end < rest_.size() && IsNameByte(rest_[end])) ++end;
                Add(Tok::kName, std::string(rest_.substr(pos_, end - pos_)));
                Advance(end);
            } else if (c == '"' || c == '\'') {
                LexString(c);
            } else {
                LexOperator(closers);
            }
        }
    }

    bool TagEnd(bool block) {
        size_t end = 0;
        if (block) {
            end = BlockEnd(pos_, "%}");
        } else if (StartsWith(pos_, "-}}")) {
            end = SkipSpace(pos_ + 3);
        } else if (StartsWith(pos_, "}}")) {
            end = pos_ + 2;
        }
        if (!end) return false;
        Add(block ? Tok::kBlockEnd : Tok::kVariableEnd);
        Advance(end);
        return true;
    }

    // Digits with single underscores between them.
    size_t Digits(size_t at) const {
        while (at < rest_.size() &&
               (IsDigit(rest_[at]) || (rest_[at] == '_' && at + 1 < rest_.size() &&
                                       IsDigit(rest_[at + 1]) && IsDigit(rest_[at - 1])))) {
            ++at;
        }
        return at;
    }

    bool LexFloat() {
        if (pos_ > 0 && rest_[pos_ - 1] == '.') return false;
        size_t at = Digits(pos_);
        bool real = false;
        if (at + 1 < rest_.size() && rest_[at] == '.' && IsDigit(rest_[at + 1])) {
            at = Digits(at + 1);
            real = true;
        }
        if (at < rest_.size() && (rest_[at] == 'e' || rest_[at] == 'E')) {
            const size_t digits = at + 1 + (SignAt(at + 1) ? 1 : 0);
            if (digits < rest_.size() && IsDigit(rest_[digits])) {
                at = Digits(digits);
                real = true;
            }
        }
        if (!real) return false;
        std::string number(rest_.substr(pos_, at - pos_));
        std::erase(number, '_');
        Token& token = Add(Tok::kFloat, number);
        const auto [end, ec] =
            std::from_chars(number.data(), number.data() + number.size(), token.real);
        if (ec != std::errc()) {
            FailAt(line_, ErrorCode::kInvalidArgument, "the number {} is out of range", number);
        }
        Advance(at);
        return true;
    }

    void LexNumber() {
        if (LexFloat()) return;
        int base = 10;
        size_t at = pos_;
        if (rest_[pos_] == '0' && pos_ + 1 < rest_.size()) {
            const char mark = static_cast<char>(rest_[pos_ + 1] | 0x20);
            base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
        }
        std::string digits;
        if (base != 10) {
            at += 2;
            while (at < rest_.size() && IsNameByte(rest_[at])) digits += rest_[at++];
        } else {
            at = Digits(pos_);
            digits = std::string(rest_.substr(pos_, at - pos_));
        }
        std::erase(digits, '_');
        Token& token = Add(Tok::kInteger, digits);
        const char* last = digits.data() + digits.size();
        const auto [end, ec] = std::from_chars(digits.data(), last, token.integer, base);
        if (ec != std::errc() || end != last) {
            FailAt(line_, ErrorCode::kInvalidArgument, "the integer {} is not one of 64 bits",
                   rest_.substr(pos_, at - pos_));
        }
        Advance(at);
    }

    void LexString(char quote) {
        size_t end = pos_ + 1;
        while (end < rest_.size() && rest_[end] != quote) end += rest_[end] == '\\' ? 2 : 1;
        if (end >= rest_.size()) {
            FailAt(line_, ErrorCode::kInvalidArgument, "a string literal has no end");
        }
        Add(Tok::kString, UnescapeLiteral(rest_.substr(pos_ + 1, end - pos_ - 1), line_));
        Advance(end + 1);
    }

    void LexOperator(std::string& closers) {
        static constexpr std::string_view kOperators[] = {
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
            "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
        for (const std::string_view op : kOperators) {
            if (!StartsWith(pos_, op)) continue;
            Balance(op, closers);
            Add(Tok::kOperator, std::string(op));
            return Advance(pos_ + op.size());
        }
        FailAt(line_, ErrorCode::kInvalidArgument, "unexpected char '{}'", rest_[pos_]);
    }

    void Balance(std::string_view op, std::string& closers) const {
        if (op == "(") closers += ')';
        if (op == "[") closers += ']';
        if (op == "{") closers += '}';
        if (op != ")" && op != "]" && op != "}") return;
        if (closers.empty()) FailAt(line_, ErrorCode::kInvalidArgument, "unexpected '{}'", op);
        if (closers.back() != op[0]) {
            FailAt(line_, ErrorCode::kInvalidArgument, "unexpected '{}', expected '{}'", op,
                   closers.back());
        }
        closers.pop_back();
    }

    const std::string source_;
    const std::string_view rest_;  // all of source_
    size_t pos_ = 0;
    int line_ = 1;
    bool line_starting_ = true;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view source) {
    return Lexer(NormalizeNewlines(source)).Run();
}

std::string Describe(const Token& token) {
    switch (token.kind) {
        case Tok::kData:
            return "template data / text";
        case Tok::kBlockBegin:
            return "begin of statement block";
        case Tok::kBlockEnd:
            return "end of statement block";
        case Tok::kVariableBegin:
            return "begin of print statement";
        case Tok::kVariableEnd:
            return "end of print statement";
        case Tok::kEnd:
            return "end of template";
        case Tok::kString:
            return "string";
        case Tok::kInteger:
            return "integer";
        case Tok::kFloat:
            return "float";
        default:
            return token.text;
    }
}

}  // namespace argosy::jinja
