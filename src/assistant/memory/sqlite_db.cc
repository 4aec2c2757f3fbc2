#include "assistant/memory/sqlite_db.h"

namespace argosy::assistant::internal {

namespace {
constexpr int kBusyMillis = 10'000;  // another process may be writing (a backup, an export)
}

Statement& Statement::Bind(int64_t value) {
    sqlite3_bind_int64(statement_.get(), ++bound_, value);
    return *this;
}

Statement& Statement::Bind(std::string_view text) {
    // SQLITE_TRANSIENT is a C-style cast of -1 to a function pointer; bound texts are copied.
    sqlite3_bind_text64(statement_.get(), ++bound_, text.empty() ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Result<bool> Statement::Step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return Err(ErrorCode::kUnavailable, "SQLite: {}",
               sqlite3_errmsg(sqlite3_db_handle(statement_.get())));
}

std::string Statement::Text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes == nullptr
               ? ""
               : std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

std::unexpected<Error> SqliteDb::Failed(std::string_view what) const {
    return Err(ErrorCode::kUnavailable, "SQLite: {}: {}", what, sqlite3_errmsg(db_.get()));
}

Result<SqliteDb> SqliteDb::Open(const std::string& path) {
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    SqliteDb db(raw);
    if (code != SQLITE_OK) {
        return At(path, Error{ErrorCode::kUnavailable,
                              fmt::format("SQLite: cannot open: {}", sqlite3_errstr(code)),
                              {}});
    }
    sqlite3_busy_timeout(raw, kBusyMillis);
    auto ready = db.Run(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
        "PRAGMA foreign_keys=ON;");
    if (!ready) return At(path, std::move(ready.error()));
    return db;
}

Result<void> SqliteDb::Run(const char* sql) {
    if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return Failed("cannot run a statement");
}

Result<Statement> SqliteDb::Prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
    if (code != SQLITE_OK) return Failed("cannot prepare a statement");
    return Statement(statement);
}

}  // namespace argosy::assistant::internal
