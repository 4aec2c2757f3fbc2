// Template source to tokens, with jinja2's whitespace control (trim_blocks and lstrip_blocks on, as
// Hugging Face transformers sets them; one newline at the end of the source is dropped).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::jinja {

enum class Tok : uint8_t {
    kData,           // text outside of tags
    kBlockBegin,     // {%
    kBlockEnd,       // %}
    kVariableBegin,  // {{
    kVariableEnd,    // }}
    kName,
    kString,
    kInteger,
    kFloat,
    kOperator,
    kEnd,
};

struct Token {
    Tok kind = Tok::kEnd;
    int line = 1;
    std::string text;  // data, name, unescaped string, operator
    int64_t integer = 0;
    double real = 0;

    bool IsName(std::string_view name) const { return kind == Tok::kName && text == name; }
    bool IsOperator(std::string_view op) const { return kind == Tok::kOperator && text == op; }
};

/// The last token is kEnd. Throws Failure with the line.
std::vector<Token> Tokenize(std::string_view source);

/// A token for people: "end of print statement", the name, the operator.
std::string Describe(const Token& token);

}  // namespace argosy::jinja
