// docs/resources.md: each field with its type, its default and what it is for.
#include <fmt/ranges.h>

#include "resources/metadata.h"
#include "resources/schemas.h"
#include "resources/secret_ref.h"

namespace argosy::resources {

namespace {

constexpr const char* kIntroduction =
    "# Resources\n"
    "<!-- Made by `argosy schema --docs docs/resources.md`; change src/resources instead. -->\n"
    "An application is a YAML file of one or more documents, each a resource with `apiVersion`, "
    "`kind`, `metadata` and `spec`. The same file runs on one machine and in a Kubernetes cluster "
    "(`deploy/crds`). `argosy validate -f app.yaml` checks it and tells every mistake with its "
    "line; `argosy schema > argosy.schema.json` makes the JSON Schema that editors complete by.\n"
    "\n"
    "Text that other readers of YAML could take for a number, a truth value or nothing (`yes`, "
    "`1.0`, `null`) has to be in quotes. A secret is never written down: a field that needs one "
    "names an environment variable, a file or a key of a Kubernetes Secret, or several of them. "
    "Units: durations `500ms`, `30s`, `1h30m`, `7d`; sizes `512Mi`, `8Gi` (1024s), `8G` (1000s); "
    "CPU `2`, `500m`; money `$12.50`.\n"
    "\n"
    "`metadata` has `name` (needed), `namespace`, `labels` and `annotations`.\n";

std::string Cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string TypeName(const Shape& shape, const Limits& limits) {
    switch (shape.type) {
        case Shape::Type::kText:
            return limits.refers_to.empty()
                       ? "text"
                       : fmt::format("name of {}", fmt::join(limits.refers_to, ", "));
        case Shape::Type::kBool:
            return "bool";
        case Shape::Type::kInteger:
            return "integer";
        case Shape::Type::kNumber:
            return "number";
        case Shape::Type::kChoice:
            return "choice";
        case Shape::Type::kUnit:
            return std::string(shape.unit->name);
        case Shape::Type::kList:
            return "list of " + TypeName(*shape.element, limits);
        case Shape::Type::kMap:
            return "map of " + TypeName(*shape.element, limits);
        case Shape::Type::kObject:
            return shape.secret ? "secret" : "map";
        case Shape::Type::kAny:
            return "any map";
    }
    return {};
}

std::string DefaultOf(const FieldShape& field) {
    if (field.limits.required) return "needed";
    if (!field.default_value || field.shape->type == Shape::Type::kObject) return "";
    const json::value& value = *field.default_value;
    return fmt::format(
        "`{}`", value.is_string() ? std::string(value.get_string()) : json::serialize(value));
}

std::string What(const FieldShape& field) {
    std::string text = field.doc;
    const Limits& limits = field.limits;
    if (limits.min && limits.max) {
        text += fmt::format(" From {} to {}.", *limits.min, *limits.max);
    } else if (limits.min) {
        text += fmt::format(" At least {}.", *limits.min);
    }
    for (const ChoiceShape& choice : field.shape->choices) {
        text += fmt::format("{}`{}`: {}", &choice == field.shape->choices.data() ? " " : "; ",
                            choice.name, choice.doc);
    }
    return text;
}

void AddRows(const Shape& shape, const std::string& path, std::string& rows,
             std::vector<std::string>& rules) {
    for (const Rule& rule : shape.rules) {
        rules.push_back((path.empty() ? "" : "`" + path + "`: ") + rule.Sentence() + ".");
    }
    for (const FieldShape& field : shape.fields) {
        const std::string at = path.empty() ? field.name : path + "." + field.name;
        rows += fmt::format("| `{}` | {} | {} | {} |\n", at, TypeName(*field.shape, field.limits),
                            DefaultOf(field), Cell(What(field)));
        if (field.shape->secret) continue;  // the introduction tells of these
        if (field.shape->type == Shape::Type::kObject) AddRows(*field.shape, at, rows, rules);
        if (field.shape->type == Shape::Type::kList &&
            field.shape->element->type == Shape::Type::kObject) {
            AddRows(*field.shape->element, at + "[]", rows, rules);
        }
    }
}

std::string Section(const KindInfo& info) {
    std::string rows;
    std::vector<std::string> rules;
    AddRows(*info.spec, "", rows, rules);
    std::string indented = "  ";
    for (const char c : info.example) {
        indented += c;
        if (c == '\n') indented += "  ";
    }
    indented.erase(indented.find_last_not_of(' ') + 1);
    std::string out = fmt::format(
        "\n## {}\n{} `kubectl get {}`.\n```yaml\napiVersion: {}\nkind: {}\nmetadata: {{name: "
        "example}}\nspec:\n{}```\n| field of spec | type | default | what for "
        "|\n|---|---|---|---|\n{}",
        info.name, info.spec->doc, fmt::join(info.short_names, ", "), kApiVersion, info.name,
        indented, rows);
    if (!rules.empty()) out += "\nRules:\n";
    for (const std::string& rule : rules) out += fmt::format("- {}\n", rule);
    return out;
}

}  // namespace

std::string ReferencePage() {
    std::string page = kIntroduction;
    for (const KindInfo& info : Kinds()) page += Section(info);
    std::string rows;
    std::vector<std::string> rules;
    AddRows(*ShapeOf<SecretRef>(), "", rows, rules);
    page += fmt::format(
        "\n## Where a secret is found\nFields of each field of type secret above.\n\n| field | "
        "type | default | what for |\n|---|---|---|---|\n{}\nRule: {}\n",
        rows, rules[0]);
    return page;
}

}  // namespace argosy::resources
