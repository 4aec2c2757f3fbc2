#include "resources/reference.h"

#include "base/check.h"

namespace argosy::resources {

namespace {

std::vector<Kind> KindsOf(const std::vector<std::string>& names) {
    std::vector<Kind> kinds;
    for (const std::string& name : names) {
        const KindInfo* info = FindKind(name);
        ARGOSY_CHECK(info != nullptr);
        kinds.push_back(info->kind);
    }
    return kinds;
}

void Walk(const ResourceId& from, const Shape& shape, const Limits& limits,
          const json::value& value, const std::string& path, std::vector<Reference>& out) {
    if (const json::array* list = value.if_array(); list && shape.type == Shape::Type::kList) {
        for (size_t i = 0; i < list->size(); ++i) {
            Walk(from, *shape.element, limits, (*list)[i], fmt::format("{}[{}]", path, i), out);
        }
    }
    if (const json::object* map = value.if_object(); map && shape.type == Shape::Type::kObject) {
        for (const FieldShape& field : shape.fields) {
            const json::value* member = map->if_contains(field.name);
            if (member == nullptr) continue;
            Walk(from, *field.shape, field.limits, *member, path + "." + field.name, out);
        }
    }
    if (value.is_string() && shape.type == Shape::Type::kText && !limits.refers_to.empty()) {
        out.push_back(
            {from, path, std::string(value.get_string()), KindsOf(limits.refers_to), limits.tasks});
    }
}

}  // namespace

std::vector<Reference> ReferencesOf(const ResourceId& from, const json::value& spec) {
    std::vector<Reference> out;
    Walk(from, *InfoOf(from.kind).spec, {}, spec, "spec", out);
    return out;
}

}  // namespace argosy::resources
