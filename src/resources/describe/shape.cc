#include "resources/describe/shape.h"

#include <algorithm>

namespace argosy::resources {

const FieldShape* Shape::Find(std::string_view field) const {
    const auto found = std::ranges::find(fields, field, &FieldShape::name);
    return found == fields.end() ? nullptr : &*found;
}

bool Shape::MayBeEmpty() const {
    return std::ranges::none_of(fields,
                                [](const FieldShape& field) { return field.limits.required; }) &&
           std::ranges::all_of(
               rules, [this](const Rule& rule) { return rule.Holds(json::object(), *this); });
}

}  // namespace argosy::resources
