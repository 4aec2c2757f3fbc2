// The kinds of resources: their names in files and in Kubernetes, and what describes them.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/describe/shape.h"

namespace argosy::resources {

/// In the order in which they are listed.
enum class Kind { kModel, kKnowledgeBase, kAssistant, kRoute, kTenant };

/// A column of `kubectl get`.
struct PrinterColumn {
    std::string name;
    std::string type;  // "string", "integer", "date"
    std::string path;  // JSON path
    std::string doc;
};

struct KindInfo {
    Kind kind;
    std::string name;    // "KnowledgeBase"
    std::string plural;  // "knowledgebases"
    std::vector<std::string> short_names;
    const Shape* spec;
    std::vector<PrinterColumn> columns;
    bool scales = false;  // has replicas
    std::string example;  // YAML of a spec
};

std::span<const KindInfo> Kinds();
const KindInfo& InfoOf(Kind kind);
/// By its name, or null.
const KindInfo* FindKind(std::string_view name);

/// What a resource is known by.
struct ResourceId {
    Kind kind = Kind::kModel;
    std::string name;

    auto operator<=>(const ResourceId&) const = default;
    /// "Model shop-chat".
    std::string ToString() const;
};

}  // namespace argosy::resources
