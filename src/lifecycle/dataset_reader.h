// Rows of one data file into a list, and its bad rows into another. Private to LoadDataset, but for
// the fuzzer, which reads from memory.
#pragma once

#include <istream>

#include "lifecycle/dataset.h"

namespace argosy::lifecycle::internal {

class DatasetReader {
  public:
    DatasetReader(const DatasetOptions& options, Dataset& data, BadData& bad)
        : options_(options), data_(data), bad_(bad) {}

    /// Opens by name and reads by its extension.
    void ReadFile(const std::filesystem::path& path, std::vector<Example>& rows);
    void ReadJsonl(std::istream& in, const std::string& name, std::vector<Example>& rows);
    void ReadCsv(std::istream& in, const std::string& name, char delimiter,
                 std::vector<Example>& rows);

  private:
    void Keep(Result<Example> row, size_t line, std::vector<Example>& rows);
    void Bad(size_t line, std::string problem);

    const DatasetOptions& options_;
    Dataset& data_;
    BadData& bad_;
};

}  // namespace argosy::lifecycle::internal
