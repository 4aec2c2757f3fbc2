// Rows of a CSV or TSV file (RFC 4180), pulled one at a time with bounded memory: quoted fields
// with delimiters, doubled quotes and line breaks, CRLF, LF or CR ends, a byte-order mark. A bad
// row is an error with its line, after which reading goes on with the next line, so that all can be
// named.
//
//     CsvReader reader(stream, {.delimiter = '\t'});
//     ARGOSY_CHECK_OK(reader.ReadHeader());
//     CsvRow row;
//     while (true) { auto more = reader.Next(row); ... }
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy {

struct CsvOptions {
    char delimiter = ',';
    size_t max_row_bytes = size_t{16} << 20;
    size_t max_fields = 4096;
};

struct CsvRow {
    std::vector<std::string> fields;
    size_t line = 0;  // of its first byte, from 1; also after an error
};

/// Thread-compatible. The stream outlives the reader.
class CsvReader {
  public:
    explicit CsvReader(std::istream& in, CsvOptions options = {});

    /// Takes the first row as names; each later row must then have as many fields. Errors as Next;
    /// kInvalidArgument for an empty file, an empty name or one that stands there twice.
    Result<void> ReadHeader();
    const std::vector<std::string>& header() const { return header_; }

    /// The next row that is not an empty line; false at the end. Errors: kInvalidArgument with
    /// what is wrong and what would be right (its line is row.line), kResourceExhausted for a row
    /// beyond the limits. The reader can be asked for the next row after an error.
    Result<bool> Next(CsvRow& row);

  private:
    enum class FieldEnd { kDelimiter, kRow };

    int Peek();
    int Take();
    bool AtLineBreak() { return Peek() == '\n' || Peek() == '\r'; }
    void TakeLineBreak();
    void SkipLine();
    Result<void> Append(std::string& field, int byte);
    Result<void> ReadRow(CsvRow& row);
    Result<FieldEnd> ReadField(std::string& field);
    Result<void> ReadQuoted(std::string& field);
    Result<FieldEnd> EndField();

    std::istream& in_;
    CsvOptions options_;
    std::vector<std::string> header_;
    std::string buffer_;
    size_t at_ = 0;
    size_t line_ = 1;
    size_t row_bytes_ = 0;
};

/// The delimiter of a file by the first line of it: the one of tab, semicolon, comma and bar that
/// stands there most often outside quotes; a comma where there is none.
char GuessCsvDelimiter(std::string_view first_line);

/// A field as CSV has to have it: quoted where it needs to be.
std::string CsvField(std::string_view text, char delimiter = ',');

}  // namespace argosy
