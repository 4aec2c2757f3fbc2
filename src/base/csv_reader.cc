#include "base/csv_reader.h"

#include <algorithm>
#include <utility>

namespace argosy {

namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr int kEnd = -1;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::istream& in, CsvOptions options) : in_(in), options_(options) {
    Peek();
    if (buffer_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
}

int CsvReader::Peek() {
    if (at_ == buffer_.size()) {
        buffer_.resize(kBufferBytes);
        in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        buffer_.resize(static_cast<size_t>(in_.gcount()));
        at_ = 0;
        if (buffer_.empty()) return kEnd;
    }
    return static_cast<unsigned char>(buffer_[at_]);
}

int CsvReader::Take() {
    const int byte = Peek();
    if (byte == kEnd) return kEnd;
    ++at_;
    // A CR counts as a line where no LF follows it.
    if (byte == '\n' || (byte == '\r' && Peek() != '\n')) ++line_;
    return byte;
}

void CsvReader::TakeLineBreak() {
    if (Take() == '\r' && Peek() == '\n') Take();
}

void CsvReader::SkipLine() {
    while (Peek() != kEnd && !AtLineBreak()) Take();
    if (Peek() != kEnd) TakeLineBreak();
}

Result<void> CsvReader::Append(std::string& field, int byte) {
    if (++row_bytes_ > options_.max_row_bytes) {
        return Err(ErrorCode::kResourceExhausted,
                   "the row is longer than {} bytes; is a closing quote missing?",
                   options_.max_row_bytes);
    }
    field += static_cast<char>(byte);
    return {};
}

Result<void> CsvReader::ReadQuoted(std::string& field) {
    const size_t opened = line_;
    Take();
    while (true) {
        const int byte = Take();
        if (byte == kEnd) {
            return Err(ErrorCode::kInvalidArgument,
                       "the quote opened on line {} is never closed; end the field with \"",
                       opened);
        }
        if (byte == '"') {
            if (Peek() != '"') return {};
            Take();
        }
        ARGOSY_CHECK_OK(Append(field, byte));
    }
}

// Stands at what follows a field.
Result<CsvReader::FieldEnd> CsvReader::EndField() {
    if (Peek() == kEnd) return FieldEnd::kRow;
    if (AtLineBreak()) {
        TakeLineBreak();
        return FieldEnd::kRow;
    }
    if (Peek() == static_cast<unsigned char>(options_.delimiter)) {
        Take();
        return FieldEnd::kDelimiter;
    }
    return Err(ErrorCode::kInvalidArgument,
               "text follows a closing quote; double a quote that is part of the field (\"\")");
}

Result<CsvReader::FieldEnd> CsvReader::ReadField(std::string& field) {
    if (Peek() == '"') {
        ARGOSY_CHECK_OK(ReadQuoted(field));
        return EndField();
    }
    while (Peek() != kEnd && !AtLineBreak() &&
           Peek() != static_cast<unsigned char>(options_.delimiter)) {
        if (Peek() == '"') {
            return Err(ErrorCode::kInvalidArgument,
                       "a quote within a field that has no opening one; quote the whole field and "
                       "double the quotes in it");
        }
        ARGOSY_CHECK_OK(Append(field, Take()));
    }
    return EndField();
}

Result<void> CsvReader::ReadRow(CsvRow& row) {
    row_bytes_ = 0;
    while (true) {
        if (row.fields.size() == options_.max_fields) {
            return Err(ErrorCode::kResourceExhausted, "the row has more than {} fields",
                       options_.max_fields);
        }
        ARGOSY_TRY(const FieldEnd end, ReadField(row.fields.emplace_back()));
        if (end == FieldEnd::kRow) return {};
    }
}

Result<bool> CsvReader::Next(CsvRow& row) {
    row.fields.clear();
    while (AtLineBreak()) TakeLineBreak();
    row.line = line_;
    if (Peek() == kEnd) return false;
    if (auto read = ReadRow(row); !read) {
        SkipLine();
        return std::unexpected(std::move(read.error()));
    }
    if (!header_.empty() && row.fields.size() != header_.size()) {
        return Err(ErrorCode::kInvalidArgument, "the row has {} fields where the header has {}",
                   row.fields.size(), header_.size());
    }
    return true;
}

Result<void> CsvReader::ReadHeader() {
    CsvRow row;
    ARGOSY_TRY(const bool some, Next(row));
    if (!some) {
        return Err(ErrorCode::kInvalidArgument, "the file is empty; its first line names columns");
    }
    for (size_t i = 0; i < row.fields.size(); ++i) {
        if (row.fields[i].empty()) {
            return Err(ErrorCode::kInvalidArgument, "column {} of the header has no name", i + 1);
        }
        if (std::find(row.fields.begin(), row.fields.begin() + static_cast<ptrdiff_t>(i),
                      row.fields[i]) != row.fields.begin() + static_cast<ptrdiff_t>(i)) {
            return Err(ErrorCode::kInvalidArgument, "the header names column '{}' twice",
                       row.fields[i]);
        }
    }
    header_ = std::move(row.fields);
    return {};
}

char GuessCsvDelimiter(std::string_view first_line) {
    static constexpr std::string_view kCandidates = "\t;,|";
    size_t counts[kCandidates.size()] = {};
    bool quoted = false;
    for (const char byte : first_line) {
        if (byte == '"') quoted = !quoted;
        const size_t candidate = kCandidates.find(byte);
        if (!quoted && candidate != std::string_view::npos) ++counts[candidate];
    }
    const auto most = std::max_element(std::begin(counts), std::end(counts));
    return *most == 0 ? ',' : kCandidates[static_cast<size_t>(most - std::begin(counts))];
}

std::string CsvField(std::string_view text, char delimiter) {
    const bool plain = text.find_first_of("\"\r\n") == std::string_view::npos &&
                       text.find(delimiter) == std::string_view::npos;
    if (plain && !text.starts_with(kByteOrderMark)) return std::string(text);
    std::string out = "\"";
    for (const char byte : text) {
        if (byte == '"') out += '"';
        out += byte;
    }
    return out + '"';
}

}  // namespace argosy
