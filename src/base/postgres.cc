#include "base/postgres.h"

#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace argosy {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// libpq ends its messages with a newline; one line is enough.
std::string FirstLine(const char* message) {
    const std::string text = message == nullptr ? "" : message;
    return text.substr(0, text.find('\n'));
}

int64_t Number(const char* text) {
    int64_t out = 0;
    std::from_chars(text, text + std::strlen(text), out);
    return out;
}

// By PostgreSQL's codes, of which the first two letters are the class.
ErrorCode KindOf(const char* state) {
    const std::string_view code = state == nullptr ? "" : state;
    if (code == "57014") return ErrorCode::kDeadlineExceeded;  // query_canceled
    if (code == "23505") return ErrorCode::kAlreadyExists;     // unique_violation
    if (code == "42501") return ErrorCode::kPermissionDenied;  // insufficient_privilege
    if (code.starts_with("53")) return ErrorCode::kResourceExhausted;
    return ErrorCode::kUnavailable;
}

}  // namespace

void PostgresRows::Clear::operator()(PGresult* result) const { PQclear(result); }

int PostgresRows::size() const { return PQntuples(result_.get()); }

std::string PostgresRows::Text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int64_t PostgresRows::Int(int row, int column) const {
    return Number(PQgetvalue(result_.get(), row, column));
}

double PostgresRows::Double(int row, int column) const {
    return std::strtod(PQgetvalue(result_.get(), row, column), nullptr);
}

bool PostgresRows::IsNull(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) != 0;
}

uint64_t PostgresRows::affected() const {
    return static_cast<uint64_t>(Number(PQcmdTuples(result_.get())));
}

void PostgresConnection::Finish::operator()(PGconn* connection) const { PQfinish(connection); }

bool PostgresConnection::usable() const { return PQstatus(connection_.get()) == CONNECTION_OK; }

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const PostgresOptions& options) {
    // Later names win over the same in the URL only where the URL comes first.
    const char* names[] = {"dbname",           "connect_timeout", "tcp_user_timeout",
                           "application_name", "client_encoding", nullptr};
    const char* values[] = {options.url.c_str(), "5", "10000", "argosy", "UTF8", nullptr};
    PGconn* raw = PQconnectdbParams(names, values, 1);
    if (raw == nullptr) return Err(ErrorCode::kResourceExhausted, "no memory for a connection");
    std::unique_ptr<PostgresConnection> db(new PostgresConnection(raw));
    if (!db->usable()) {
        return Err(ErrorCode::kUnavailable, "PostgreSQL: {}", FirstLine(PQerrorMessage(raw)));
    }
    PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
    ARGOSY_CHECK_OK(
        db->Run(fmt::format("SET statement_timeout = {}", options.statement_timeout.count())));
    return db;
}

Result<PostgresRows> PostgresConnection::Run(const std::string& sql,
                                             const std::vector<std::string>& parameters) {
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    PGresult* raw = PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()),
                                 nullptr, values.data(), nullptr, nullptr, 0);
    PostgresRows rows(raw);
    const ExecStatusType status = PQresultStatus(raw);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
    return Err(KindOf(PQresultErrorField(raw, PG_DIAG_SQLSTATE)), "PostgreSQL: {}",
               FirstLine(PQerrorMessage(connection_.get())));
}

std::string WithoutNul(std::string text) {
    for (size_t at = 0; (at = text.find('\0', at)) != std::string::npos;) {
        text.replace(at, 1, kReplacement);
    }
    return text;
}

std::string JsonWithoutNul(std::string_view text) {
    constexpr std::string_view kNul = "\\u0000";
    std::string out;
    out.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with(kNul)) {
            out += kReplacement;
            at += kNul.size();
            continue;
        }
        // An escape goes over whole: the second of "\\" begins none.
        const size_t length = text[at] == '\\' ? 2 : 1;
        out += text.substr(at, length);
        at += length;
    }
    return out;
}

}  // namespace argosy
