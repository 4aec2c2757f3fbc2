#include "retrieval/load/table_loader.h"

#include <algorithm>
#include <utility>

#include "base/csv_reader.h"
#include "base/line_reader.h"
#include "retrieval/load/decode_text.h"
#include "retrieval/load/record_mapping.h"
#include "retrieval/load/typed_value.h"

namespace argosy::retrieval {

namespace {

std::string PlaceOf(const std::string& source, size_t line) {
    return fmt::format("{}#row={}", source, line);
}

char DelimiterOf(std::istream& in, ContentKind kind, const TableOptions& options) {
    if (options.delimiter != 0) return options.delimiter;
    if (kind == ContentKind::kTsv) return '\t';
    LineReader lines(in, 1 << 20);
    std::string first;
    const bool some = lines.Next(first).value_or(false);
    in.clear();
    in.seekg(0);
    return some ? GuessCsvDelimiter(first) : ',';
}

// How far the stream has been read; asked for now and then, for it costs a system call.
void TellProgress(std::istream& in, size_t rows, LoadSession& session) {
    if (rows % 256 != 0) return;
    const auto at = in.tellg();
    if (at > 0) session.At(static_cast<uint64_t>(at));
}

class TableLoader {
  public:
    TableLoader(const std::string& source, RecordMapping mapping, LoadSession& session)
        : source_(source), mapping_(std::move(mapping)), session_(session) {}

    void Load(std::istream& in, CsvReader& reader) {
        CsvRow row;
        for (size_t rows = 1; !session_.cancelled(); ++rows) {
            const auto more = reader.Next(row);
            if (more && !*more) break;
            if (!more) {
                session_.Problem(source_, row.line, more.error().message);
            } else {
                Row(reader.header(), row);
            }
            TellProgress(in, rows, session_);
        }
    }

  private:
    void Row(const std::vector<std::string>& header, const CsvRow& row) {
        json::object record;
        json::object typed;
        for (size_t i = 0; i < header.size(); ++i) {
            const size_t bad = FirstBadUtf8(row.fields[i]);
            if (bad < row.fields[i].size()) {
                return session_.Problem(
                    source_, row.line,
                    fmt::format("byte {} of the column '{}' is not UTF-8; save the file in that "
                                "encoding",
                                bad, header[i]));
            }
            record[header[i]] = row.fields[i];
        }
        auto document = mapping_.Map(record, PlaceOf(source_, row.line));
        if (!document) return session_.Problem(source_, row.line, document.error().message);
        // Text keeps a field as it is written ("79.50"), metadata its value.
        for (auto& field : document->metadata) {
            const auto& text = field.value().as_string();
            if (!text.empty()) typed[field.key()] = TypedValue(text);
        }
        document->metadata = std::move(typed);
        session_.Emit(std::move(*document), row.line);
    }

    const std::string& source_;
    RecordMapping mapping_;
    LoadSession& session_;
};

Result<Document> ParseRecord(const std::string& line, const RecordMapping& mapping,
                             std::string place) {
    if (const size_t bad = FirstBadUtf8(line); bad < line.size()) {
        return Err(ErrorCode::kInvalidArgument,
                   "byte {} of the line is not UTF-8; save the file in that encoding", bad);
    }
    ARGOSY_TRY(const json::value value, ParseJson(line));
    if (!value.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "not a JSON object; write {{...}} on each line");
    }
    return mapping.Map(value.as_object(), std::move(place));
}

}  // namespace

void LoadTable(std::istream& in, const std::string& source, ContentKind kind,
               LoadSession& session) {
    const LoadOptions& options = session.options();
    auto mapping = RecordMapping::Make(options.table);
    if (!mapping) return session.Problem(source, 0, mapping.error().message);
    const char delimiter = DelimiterOf(in, kind, options.table);
    CsvReader reader(in, {.delimiter = delimiter, .max_row_bytes = options.max_row_bytes});
    if (auto header = reader.ReadHeader(); !header) {
        return session.Problem(source, 1, header.error().message);
    }
    for (const std::string& name : reader.header()) {
        if (FirstBadUtf8(name) == name.size()) continue;
        return session.Problem(source, 1,
                               "the header is not UTF-8; save the file in that encoding");
    }
    if (auto good = mapping->CheckColumns(reader.header()); !good) {
        return session.Problem(source, 1, good.error().message);
    }
    TableLoader(source, std::move(*mapping), session).Load(in, reader);
    if (in.bad()) session.Problem(source, 0, "cannot be read to its end");
}

void LoadJsonl(std::istream& in, const std::string& source, LoadSession& session) {
    const auto mapping = RecordMapping::Make(session.options().table);
    if (!mapping) return session.Problem(source, 0, mapping.error().message);
    LineReader lines(in, session.options().max_row_bytes);
    std::string line;
    while (!session.cancelled()) {
        const auto more = lines.Next(line);
        if (more && !*more) break;
        if (!more) {
            session.Problem(source, lines.line(), more.error().message);
        } else if (line.find_first_not_of(" \t") != std::string::npos) {
            auto document = ParseRecord(line, *mapping, PlaceOf(source, lines.line()));
            if (document) {
                session.Emit(std::move(*document), lines.line());
            } else {
                session.Problem(source, lines.line(), document.error().message);
            }
        }
        TellProgress(in, lines.line(), session);
    }
    if (in.bad()) session.Problem(source, 0, "cannot be read to its end");
}

}  // namespace argosy::retrieval
