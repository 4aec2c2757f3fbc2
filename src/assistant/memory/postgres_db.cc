#include "assistant/memory/postgres_db.h"

#include <charconv>
#include <cstring>

namespace argosy::assistant::internal {

namespace {

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

}  // namespace

std::string Rows::Text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int64_t Rows::Int(int row, int column) const {
    return Number(PQgetvalue(result_.get(), row, column));
}

uint64_t Rows::affected() const {
    return static_cast<uint64_t>(Number(PQcmdTuples(result_.get())));
}

Result<std::unique_ptr<PostgresDb>> PostgresDb::Open(const std::string& url) {
    // Later names win over the same in the URL only where the URL comes first.
    const char* names[] = {"dbname",           "connect_timeout", "tcp_user_timeout",
                           "application_name", "client_encoding", nullptr};
    const char* values[] = {url.c_str(), "5", "10000", "argosy", "UTF8", nullptr};
    PGconn* raw = PQconnectdbParams(names, values, 1);
    if (raw == nullptr) return Err(ErrorCode::kResourceExhausted, "no memory for a connection");
    std::unique_ptr<PostgresDb> db(new PostgresDb(raw));
    if (!db->usable()) {
        return Err(ErrorCode::kUnavailable, "PostgreSQL: {}", FirstLine(PQerrorMessage(raw)));
    }
    PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
    ARGOSY_CHECK_OK(db->Run("SET statement_timeout = 10000"));
    return db;
}

Result<Rows> PostgresDb::Run(const char* sql, const std::vector<std::string>& parameters) {
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    Rows rows(nullptr);
    PGresult* raw = PQexecParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr,
                                 values.data(), nullptr, nullptr, 0);
    rows = Rows(raw);
    const ExecStatusType status = PQresultStatus(raw);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
    const char* state = PQresultErrorField(raw, PG_DIAG_SQLSTATE);
    const bool late = state != nullptr && std::strcmp(state, "57014") == 0;  // query_canceled
    return Err(late ? ErrorCode::kDeadlineExceeded : ErrorCode::kUnavailable, "PostgreSQL: {}",
               FirstLine(PQerrorMessage(connection_.get())));
}

}  // namespace argosy::assistant::internal
