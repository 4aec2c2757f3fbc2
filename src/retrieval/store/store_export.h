// A collection in one file that any store can read again: lines of JSON, first its settings, then
// its documents, last their number (a file without that line was cut off).
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// Writes beside the file and renames it at the end: it is whole or absent. Thread-compatible.
class ExportWriter {
  public:
    static Result<ExportWriter> Create(const std::filesystem::path& path,
                                       const CollectionConfig& config);
    Result<void> Add(const StoredDocument& document);
    Result<void> Finish();

  private:
    explicit ExportWriter(std::filesystem::path path) : path_(std::move(path)) {}
    Result<void> Line(const json::value& value);

    std::filesystem::path path_;
    std::ofstream out_;
    size_t documents_ = 0;
};

/// Reads such a file from its beginning; kNotFound, and kCorrupt with the line.
Result<CollectionConfig> ReadExport(
    const std::filesystem::path& path,
    const std::function<Result<void>(const CollectionConfig&)>& on_config,
    const std::function<Result<void>(StoredDocument&&)>& on_document);

}  // namespace argosy::retrieval
