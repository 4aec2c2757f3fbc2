#include "retrieval/knowledge/personal_data.h"

#include <functional>
#include <set>
#include <string>

#include "lifecycle/pii.h"

namespace argosy::retrieval {

namespace {

using TextVisitor =
    std::function<void(std::string_view text, const std::function<void(std::string)>& set)>;

void VisitTexts(json::value& value, const TextVisitor& visit) {
    if (value.is_string()) {
        const std::string text(value.as_string());
        visit(text, [&value](const std::string& masked) { value = json::string(masked); });
    } else if (value.is_array()) {
        for (json::value& element : value.as_array()) VisitTexts(element, visit);
    } else if (value.is_object()) {
        for (auto& member : value.as_object()) VisitTexts(member.value(), visit);
    }
}

void VisitTexts(Document& document, const TextVisitor& visit) {
    for (std::string* text : {&document.text, &document.title}) {
        visit(*text, [text](std::string masked) { *text = std::move(masked); });
    }
    for (auto& member : document.metadata) VisitTexts(member.value(), visit);
}

std::string KindsIn(Document& document) {
    std::set<std::string> kinds;
    VisitTexts(document, [&kinds](std::string_view text, const auto&) {
        for (const auto& match : lifecycle::FindPii(text)) {
            kinds.insert(lifecycle::ToString(match.kind));
        }
    });
    std::string names;
    for (const std::string& kind : kinds) names += (names.empty() ? "" : ", ") + kind;
    return names;
}

}  // namespace

Result<void> ApplyPii(PiiPolicy policy, Document& document) {
    if (policy == PiiPolicy::kKeep) return {};
    if (policy == PiiPolicy::kMask) {
        VisitTexts(document,
                   [](std::string_view text, const auto& set) { set(lifecycle::MaskPii(text)); });
        return {};
    }
    const std::string kinds = KindsIn(document);
    if (kinds.empty()) return {};
    return Err(ErrorCode::kPermissionDenied,
               "has personal data ({}) and is left out; take it out, or choose to mask it", kinds);
}

}  // namespace argosy::retrieval
