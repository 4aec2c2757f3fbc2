#include "lifecycle/dataset_reader.h"

#include <algorithm>
#include <fstream>

#include "base/csv_reader.h"
#include "base/line_reader.h"
#include "base/text.h"
#include "lifecycle/chat_row.h"

namespace argosy::lifecycle::internal {

namespace {

// The first line, and back to the beginning.
char GuessDelimiter(std::istream& in) {
    LineReader lines(in, 1 << 20);
    std::string first;
    const bool some = lines.Next(first).value_or(false);
    in.clear();
    in.seekg(0);
    return some ? GuessCsvDelimiter(first) : ',';
}

}  // namespace

void DatasetReader::Bad(size_t line, std::string problem) {
    ++bad_.total;
    if (bad_.rows.size() < options_.max_bad_rows) {
        bad_.rows.push_back({data_.files.back(), line, std::move(problem)});
    }
}

void DatasetReader::Keep(Result<Example> row, size_t line, std::vector<Example>& rows) {
    if (!row) return Bad(line, std::move(row.error().message));
    row->file = data_.files.size() - 1;
    row->line = line;
    rows.push_back(std::move(*row));
}

void DatasetReader::ReadJsonl(std::istream& in, const std::string& name,
                              std::vector<Example>& rows) {
    data_.files.push_back(name);
    LineReader lines(in, options_.max_row_bytes);
    std::string line;
    while (true) {
        const auto more = lines.Next(line);
        if (more && !*more) break;
        if (!more) {
            Bad(lines.line(), more.error().message);
        } else if (!IsBlank(line)) {
            Keep(ParseExampleLine(line), lines.line(), rows);
        }
    }
    if (in.bad()) Bad(0, "cannot be read to its end");
}

void DatasetReader::ReadCsv(std::istream& in, const std::string& name, char delimiter,
                            std::vector<Example>& rows) {
    data_.files.push_back(name);
    CsvReader reader(in, {.delimiter = delimiter, .max_row_bytes = options_.max_row_bytes});
    if (auto header = reader.ReadHeader(); !header) return Bad(1, header.error().message);
    const auto mapping = CsvMapping::Make(options_.columns, reader.header());
    if (!mapping) return Bad(1, mapping.error().message);
    CsvRow row;
    while (true) {
        const auto more = reader.Next(row);
        if (more && !*more) break;
        if (!more) {
            Bad(row.line, more.error().message);
        } else if (std::ranges::any_of(row.fields,
                                       [](const auto& f) { return SanitizeUtf8(f) != f; })) {
            Bad(row.line, "the row is not UTF-8; save the file in that encoding");
        } else {
            Keep(mapping->Map(row.fields), row.line, rows);
        }
    }
    if (in.bad()) Bad(0, "cannot be read to its end");
}

void DatasetReader::ReadFile(const std::filesystem::path& path, std::vector<Example>& rows) {
    const std::string name = path.string();
    const auto fail = [&](std::string problem) {
        data_.files.push_back(name);
        Bad(0, std::move(problem));
    };
    std::error_code ec;
    if (!std::filesystem::exists(path, ec)) return fail("no such file");
    if (!std::filesystem::is_regular_file(path, ec)) return fail("is no regular file");
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail("cannot be opened");
    const std::string extension = path.extension().string();
    if (extension == ".jsonl" || extension == ".json") return ReadJsonl(in, name, rows);
    if (extension == ".tsv") return ReadCsv(in, name, '\t', rows);
    if (extension != ".csv") return fail("unknown kind of file; name it .jsonl, .csv or .tsv");
    ReadCsv(in, name, options_.delimiter != 0 ? options_.delimiter : GuessDelimiter(in), rows);
}

}  // namespace argosy::lifecycle::internal
