#include "retrieval/load/record_mapping.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/text.h"

namespace argosy::retrieval {

namespace {

const json::value* Find(const json::object& record, std::string_view name) {
    const auto found = record.find(name);
    return found == record.end() || found->value().is_null() ? nullptr : &found->value();
}

// The first of these names that the record has, in any of three usual spellings.
const json::value* FindFirst(const json::object& record,
                             std::initializer_list<std::string_view> names) {
    for (const std::string_view lower : names) {
        std::string name(lower);
        if (const auto* found = Find(record, name)) return found;
        name[0] = static_cast<char>(name[0] - ('a' - 'A'));
        if (const auto* found = Find(record, name)) return found;
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
        });
        if (const auto* found = Find(record, name)) return found;
    }
    return nullptr;
}

std::string Lines(const std::vector<std::pair<std::string_view, std::string>>& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        if (!text.empty()) text += '\n';
        text += name;
        text += ": ";
        text += value;
    }
    return text;
}

}  // namespace

std::string FieldText(const json::value& field) {
    if (field.is_string()) return std::string(field.as_string());
    return field.is_null() ? std::string() : json::serialize(field);
}

Result<RecordMapping> RecordMapping::Make(const TableOptions& options) {
    RecordMapping mapping;
    mapping.options_ = options;
    if (options.text_template.empty()) return mapping;
    if (!options.text_columns.empty()) {
        return Err(ErrorCode::kInvalidArgument,
                   "text columns and a template say the same thing twice; give one of them");
    }
    ARGOSY_TRY(mapping.template_, TextTemplate::Parse(options.text_template));
    return mapping;
}

Result<void> RecordMapping::CheckColumns(std::span<const std::string> columns) const {
    std::vector<std::string> wanted = template_ ? template_->Columns() : options_.text_columns;
    wanted.insert(wanted.end(), options_.metadata_columns.begin(), options_.metadata_columns.end());
    wanted.push_back(options_.id_column);
    wanted.push_back(options_.title_column);
    for (const std::string& name : wanted) {
        if (name.empty() || std::ranges::find(columns, name) != columns.end()) continue;
        const std::string nearest = NearestWord(name, columns);
        return Err(ErrorCode::kInvalidArgument, "no column '{}'; the file has {}{}", name,
                   fmt::join(columns, ", "),
                   nearest.empty() ? "" : " (did you mean '" + nearest + "'?)");
    }
    return {};
}

Result<Document> RecordMapping::Map(const json::object& record, std::string place) const {
    Document document;
    ARGOSY_TRY(document.id, IdOf(record, place));
    ARGOSY_TRY(document.text, TextOf(record));
    document.source = std::move(place);
    document.title = TitleOf(record);
    document.metadata = MetadataOf(record);
    return document;
}

Result<std::string> RecordMapping::IdOf(const json::object& record,
                                        const std::string& place) const {
    const bool named = !options_.id_column.empty();
    const json::value* field = named ? Find(record, options_.id_column) : FindFirst(record, {"id"});
    std::string id = field ? FieldText(*field) : std::string();
    if (!id.empty()) return id;
    if (!named) return place;
    return Err(ErrorCode::kInvalidArgument, "the id column '{}' is empty", options_.id_column);
}

Result<std::string> RecordMapping::TextOf(const json::object& record) const {
    const auto& columns = options_.text_columns;
    const std::vector<std::string> needed = template_ ? template_->Columns() : columns;
    for (const std::string& name : needed) {
        if (!record.contains(name)) {
            return Err(ErrorCode::kInvalidArgument, "no field '{}' for the text", name);
        }
    }
    if (template_) {
        return template_->Render(
            [&](const std::string& name) { return FieldText(record.at(name)); });
    }
    if (columns.size() == 1) return FieldText(record.at(columns[0]));
    std::vector<std::pair<std::string_view, std::string>> fields;
    fields.reserve(std::max<size_t>(columns.size(), record.size()));
    for (const std::string& name : columns) fields.emplace_back(name, FieldText(record.at(name)));
    if (!columns.empty()) return Lines(fields);
    if (const auto* text = FindFirst(record, {"text", "content"})) return FieldText(*text);
    for (const auto& field : record) fields.emplace_back(field.key(), FieldText(field.value()));
    return Lines(fields);
}

std::string RecordMapping::TitleOf(const json::object& record) const {
    const json::value* field = options_.title_column.empty() ? FindFirst(record, {"title", "name"})
                                                             : Find(record, options_.title_column);
    return field ? FieldText(*field) : std::string();
}

json::object RecordMapping::MetadataOf(const json::object& record) const {
    const auto& columns = options_.metadata_columns;
    json::object metadata;
    for (const auto& field : record) {
        const bool wanted =
            columns.empty() || std::ranges::find(columns, field.key()) != columns.end();
        if (wanted && !field.value().is_null()) metadata[field.key()] = field.value();
    }
    return metadata;
}

}  // namespace argosy::retrieval
