#include "base/sqlite.h"

#include <sqlite3.h>

namespace argosy {

namespace {

ErrorCode KindOf(int code) {
    switch (code & 0xFF) {  // the rest tells what exactly
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::kCorrupt;
        case SQLITE_FULL:
            return ErrorCode::kResourceExhausted;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
            return ErrorCode::kUnavailable;
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return ErrorCode::kPermissionDenied;
        default:
            return ErrorCode::kInternal;
    }
}

std::unexpected<Error> ErrorOf(sqlite3* db, std::string_view doing) {
    const char* file = sqlite3_db_filename(db, nullptr);
    return At(file == nullptr || *file == '\0' ? "SQLite" : file,
              {KindOf(sqlite3_errcode(db)), fmt::format("{}: {}", doing, sqlite3_errmsg(db)), {}});
}

// A log beside the file in either case: readers go on while one writes.
std::string Pragmas(const SqliteOptions& options) {
    return fmt::format(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {}; PRAGMA secure_delete = {}; "
        "PRAGMA foreign_keys = {}",
        options.sync_each_commit ? "FULL" : "NORMAL", options.secure_delete ? "ON" : "OFF",
        options.foreign_keys ? "ON" : "OFF");
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

SqliteStatement& SqliteStatement::Bind(int64_t value) {
    sqlite3_bind_int64(statement_.get(), ++bound_, value);
    return *this;
}

SqliteStatement& SqliteStatement::Bind(std::string_view text) {
    sqlite3_bind_text64(statement_.get(), ++bound_, text.data() == nullptr ? "" : text.data(),
                        text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

SqliteStatement& SqliteStatement::Bind(std::span<const std::byte> blob) {
    sqlite3_bind_blob64(statement_.get(), ++bound_,
                        blob.data() == nullptr ? "" : static_cast<const void*>(blob.data()),
                        blob.size(), SQLITE_TRANSIENT);
    return *this;
}

Result<bool> SqliteStatement::Step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return ErrorOf(sqlite3_db_handle(statement_.get()), sqlite3_sql(statement_.get()));
}

Result<void> SqliteStatement::Run() {
    auto stepped = Step();
    Reset();
    if (!stepped) return std::unexpected(stepped.error());
    return {};
}

void SqliteStatement::Reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    bound_ = 0;
}

int64_t SqliteStatement::Int(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::Text(int column) const {
    const auto* text = sqlite3_column_text(statement_.get(), column);
    if (text == nullptr) return {};
    return {reinterpret_cast<const char*>(text),
            static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::span<const std::byte> SqliteStatement::Blob(int column) const {
    const void* blob = sqlite3_column_blob(statement_.get(), column);
    if (blob == nullptr) return {};
    return {static_cast<const std::byte*>(blob),
            static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Sqlite::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<Sqlite> Sqlite::Open(const std::filesystem::path& path, const SqliteOptions& options) {
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Sqlite db;
    db.db_.reset(raw);
    if (code != SQLITE_OK) {
        return At(path.string(),
                  {KindOf(code), fmt::format("SQLite: cannot open: {}", sqlite3_errstr(code)), {}});
    }
    sqlite3_busy_timeout(raw, static_cast<int>(options.busy_timeout.count()));
    ARGOSY_CHECK_OK(db.Execute(Pragmas(options)));
    return db;
}

Result<SqliteStatement> Sqlite::Prepare(std::string_view sql) const {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
    SqliteStatement statement;
    statement.statement_.reset(raw);
    if (code != SQLITE_OK) return ErrorOf(db_.get(), sql);
    return statement;
}

Result<void> Sqlite::Execute(const std::string& sql) const {
    if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return ErrorOf(db_.get(), sql);
}

int64_t Sqlite::Changes() const { return sqlite3_changes64(db_.get()); }
int64_t Sqlite::LastRowId() const { return sqlite3_last_insert_rowid(db_.get()); }

Result<SqliteTransaction> SqliteTransaction::Begin(const Sqlite& db) {
    ARGOSY_CHECK_OK(db.Execute("BEGIN IMMEDIATE"));
    return SqliteTransaction(&db);
}

Result<void> SqliteTransaction::Commit() {
    ARGOSY_CHECK_OK(db_->Execute("COMMIT"));
    db_ = nullptr;
    return {};
}

SqliteTransaction::~SqliteTransaction() {
    if (db_ != nullptr) (void)db_->Execute("ROLLBACK");
}

}  // namespace argosy
