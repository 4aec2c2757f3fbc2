#include "resources/problem.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace argosy::resources {

namespace {

// On one line, whatever stood in the file.
std::string Escaped(std::string_view text) {
    std::string out;
    for (const char c : SanitizeUtf8(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7F) {
            out += c;
        } else {
            out += byte == '\n' ? "\\n" : fmt::format("\\x{:02x}", byte);
        }
    }
    return out;
}

}  // namespace

const char* ToString(Problem::Kind kind) {
    switch (kind) {
        case Problem::Kind::kSyntax:
            return "syntax";
        case Problem::Kind::kLimit:
            return "limit";
        case Problem::Kind::kUnknown:
            return "unknown";
        case Problem::Kind::kType:
            return "type";
        case Problem::Kind::kMissing:
            return "missing";
        case Problem::Kind::kValue:
            return "value";
        case Problem::Kind::kRule:
            return "rule";
        case Problem::Kind::kDuplicate:
            return "duplicate";
        case Problem::Kind::kReference:
            return "reference";
        case Problem::Kind::kCycle:
            return "cycle";
    }
    return "syntax";
}

std::string Problem::ToString() const {
    std::string text = file;
    if (place.line > 0) {
        text += fmt::format("{}{}:{}", file.empty() ? "line " : ":", place.line, place.column);
    }
    for (const std::string* part : {&subject, &path, &message}) {
        if (part->empty()) continue;
        if (!text.empty()) text += ": ";
        text += *part;
    }
    return Escaped(text);  // keys of the file stand in the path
}

json::object Problem::ToJson() const {
    return {{"kind", resources::ToString(kind)},
            {"file", file},
            {"line", place.line},
            {"column", place.column},
            {"resource", subject},
            {"path", path},
            {"message", message}};
}

void Sort(Problems& problems) {
    std::ranges::sort(problems, [](const Problem& a, const Problem& b) {
        return std::tie(a.place, a.path, a.message) < std::tie(b.place, b.path, b.message);
    });
}

Error ToError(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems) {
        if (!text.empty()) text += '\n';
        text += problem.ToString();
    }
    return {ErrorCode::kInvalidArgument, std::move(text), {}};
}

std::string Quoted(std::string_view text) {
    static constexpr size_t kShown = 60;
    const std::string shown = Escaped(text.substr(0, kShown));
    return fmt::format("'{}{}'", shown, text.size() > kShown ? "..." : "");
}

}  // namespace argosy::resources
