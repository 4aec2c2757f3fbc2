#include "retrieval/load/text_template.h"

namespace argosy::retrieval {

Result<TextTemplate> TextTemplate::Parse(std::string_view text) {
    TextTemplate parsed;
    std::string literal;
    for (size_t at = 0; at < text.size(); ++at) {
        const bool brace = text[at] == '{' || text[at] == '}';
        if (!brace) {
            literal += text[at];
            continue;
        }
        if (at + 1 < text.size() && text[at + 1] == text[at]) {
            literal += text[at++];
            continue;
        }
        const size_t end = text.find_first_of("{}", at + 1);
        if (text[at] == '}' || end == std::string_view::npos || text[end] != '}') {
            return Err(
                ErrorCode::kInvalidArgument,
                "a '{}' without its other half at offset {} of the template; write '{}{}' for "
                "the character itself",
                text[at], at, text[at], text[at]);
        }
        if (end == at + 1) {
            return Err(ErrorCode::kInvalidArgument,
                       "'{{}}' at offset {} of the template names no column", at);
        }
        parsed.parts_.push_back({std::move(literal), false});
        parsed.parts_.push_back({std::string(text.substr(at + 1, end - at - 1)), true});
        literal.clear();
        at = end;
    }
    parsed.parts_.push_back({std::move(literal), false});
    return parsed;
}

std::string TextTemplate::Render(
    const std::function<std::string(const std::string&)>& column) const {
    std::string out;
    for (const Part& part : parts_) out += part.is_column ? column(part.text) : part.text;
    return out;
}

std::vector<std::string> TextTemplate::Columns() const {
    std::vector<std::string> columns;
    for (const Part& part : parts_) {
        if (part.is_column) columns.push_back(part.text);
    }
    return columns;
}

}  // namespace argosy::retrieval
