#include "local/kind_name.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "net/headers.h"

namespace argosy::local {

using resources::KindInfo;

Result<resources::Kind> ParseKind(std::string_view text) {
    std::vector<std::string> known;
    for (const KindInfo& info : resources::Kinds()) {
        if (EqualsIgnoreCase(text, info.name) || EqualsIgnoreCase(text, info.plural)) {
            return info.kind;
        }
        for (const std::string& name : info.short_names) {
            if (EqualsIgnoreCase(text, name)) return info.kind;
        }
        known.push_back(info.plural);
    }
    const std::string nearest = NearestWord(text, known);
    return Err(ErrorCode::kInvalidArgument, "there is no kind '{}'; {}", text,
               nearest.empty() ? fmt::format("there are {}", fmt::join(known, ", "))
                               : "did you mean '" + nearest + "'?");
}

Result<resources::ResourceId> ParseResourceId(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
        return Err(ErrorCode::kInvalidArgument,
                   "'{}' names no resource; expected kind/name, such as assistant/shop", text);
    }
    ARGOSY_TRY(const resources::Kind kind, ParseKind(text.substr(0, slash)));
    return resources::ResourceId{kind, std::string(text.substr(slash + 1))};
}

std::string ShortName(const resources::ResourceId& id) {
    std::string kind = InfoOf(id.kind).name;
    std::ranges::transform(kind, kind.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return kind + "/" + id.name;
}

}  // namespace argosy::local
