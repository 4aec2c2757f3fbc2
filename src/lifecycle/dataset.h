// Training data from JSONL, CSV and TSV files, checked whole before anything starts: either every
// row is good, or the bad ones are named by file and line.
//
//     auto data = LoadDataset({.train = {"train.jsonl"}, .eval_share = 0.1});
//     if (!data) { PrintError(data.error().ToString()); return; }
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "lifecycle/csv_columns.h"
#include "lifecycle/example.h"

namespace argosy::lifecycle {

struct DatasetOptions {
    std::vector<std::filesystem::path> train{};  // .jsonl, .json (lines), .csv, .tsv
    std::vector<std::filesystem::path> eval{};   // where empty, eval_share is split off from train
    double eval_share = 0.05;                    // 0: no evaluation; at most 0.5
    uint64_t seed = 1;                           // of the split
    CsvColumns columns{};                        // of CSV files; empty: guessed from their headers
    char delimiter = 0;                          // of .csv files; 0: guessed from the first line
    size_t max_bad_rows = 100;                   // named; all are counted
    size_t max_row_bytes = size_t{16} << 20;
};

struct BadRow {
    std::string file;
    size_t line = 0;  // 0: the file as a whole
    std::string problem;
    /// "train.jsonl:17: messages[1]: role is 'asistant'; ..."
    std::string ToString() const;
};

/// Why a data set was not taken.
struct BadData {
    std::vector<BadRow> rows;  // the first max_bad_rows
    size_t total = 0;
    /// A line for each, and how many more there are.
    std::string ToString() const;
    Error ToError() const { return {ErrorCode::kInvalidArgument, ToString(), {}}; }
};

struct Dataset {
    std::vector<std::string> files;
    std::vector<Example> train;
    std::vector<Example> eval;
    /// "train.jsonl:17".
    std::string PlaceOf(const Example& example) const;
};

/// Reads, checks and splits. A split depends on seed and contents alone: the same rows go to
/// evaluation whatever their order, and equal rows stay on one side.
std::expected<Dataset, BadData> LoadDataset(const DatasetOptions& options);

/// Moves about `share` of the rows (at least one, where there are two different ones) to eval.
void SplitForEvaluation(Dataset& data, double share, uint64_t seed);

/// Replaces personal data in every text of the set by its mask. Returns how many values it masked.
size_t MaskPii(Dataset& data);

}  // namespace argosy::lifecycle
