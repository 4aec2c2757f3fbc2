// Makes documents of records: the rows of a table, or the objects of JSONL.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/json.h"
#include "retrieval/document.h"
#include "retrieval/load/load_options.h"
#include "retrieval/load/text_template.h"

namespace argosy::retrieval {

/// Thread-safe after Make.
class RecordMapping {
  public:
    /// kInvalidArgument for a template that is none, or both a template and text columns.
    static Result<RecordMapping> Make(const TableOptions& options);

    /// kInvalidArgument where a column that the options name is not among these, with the nearest
    /// right name. For tables, whose columns are known before the first row.
    Result<void> CheckColumns(std::span<const std::string> columns) const;

    /// The document of a record; `place` ("shop.csv#row=12") is its source, and its id where no
    /// column is. Fields that are null are as absent. kInvalidArgument for an absent or empty id
    /// column, and for an absent column that the text needs.
    Result<Document> Map(const json::object& record, std::string place) const;

  private:
    Result<std::string> IdOf(const json::object& record, const std::string& place) const;
    Result<std::string> TextOf(const json::object& record) const;
    std::string TitleOf(const json::object& record) const;
    json::object MetadataOf(const json::object& record) const;

    TableOptions options_;
    std::optional<TextTemplate> template_;
};

/// A field as text: a string as it is, another value as JSON writes it, null as nothing.
std::string FieldText(const json::value& field);

}  // namespace argosy::retrieval
