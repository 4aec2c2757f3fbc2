// SQLite with our errors: a connection, prepared statements and transactions.
//
//     ARGOSY_TRY(const Sqlite db, Sqlite::Open("shop.db"));
//     ARGOSY_TRY(SqliteStatement put, db.Prepare("INSERT INTO products VALUES (?, ?)"));
//     ARGOSY_CHECK_OK(put.Bind(7).Bind("a blue parka").Run());
//
// Errors everywhere: kCorrupt (not a database, or a damaged one), kResourceExhausted (disk full),
// kUnavailable (cannot be opened, or locked by another process for too long), kPermissionDenied (a
// file that may not be written), else kInternal; each with SQLite's reason and the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace argosy {

/// A prepared statement. Values are bound in their order, then Step() gives row after row; Reset()
/// makes it ready again. Thread-compatible.
class SqliteStatement {
  public:
    SqliteStatement& Bind(int64_t value);
    SqliteStatement& Bind(std::string_view text);
    SqliteStatement& Bind(std::span<const std::byte> blob);

    /// True: a row is there to be read.
    Result<bool> Step();
    /// For a statement that gives no rows; ready again after.
    Result<void> Run();
    void Reset();

    int64_t Int(int column) const;
    std::string Text(int column) const;
    /// Valid until the next step.
    std::span<const std::byte> Blob(int column) const;

  private:
    friend class Sqlite;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bound_ = 0;
};

struct SqliteOptions {
    /// False: a power cut may take the last commits with it (never the database); a killed process
    /// loses nothing either way.
    bool sync_each_commit = true;
    bool secure_delete = false;  // what is deleted is overwritten in the file
    bool foreign_keys = false;   // REFERENCES are enforced
    /// How long a statement waits while another process writes.
    std::chrono::milliseconds busy_timeout{std::chrono::seconds(5)};
};

/// One connection. Thread-compatible.
class Sqlite {
  public:
    /// Opens or creates a database with a write-ahead log; ":memory:" is one without a file.
    static Result<Sqlite> Open(const std::filesystem::path& path,
                               const SqliteOptions& options = {});
    Result<SqliteStatement> Prepare(std::string_view sql) const;
    /// Statements without rows, separated by ";".
    Result<void> Execute(const std::string& sql) const;
    /// Rows that the last statement changed.
    int64_t Changes() const;
    int64_t LastRowId() const;

  private:
    struct Close {
        void operator()(sqlite3* db) const;
    };
    std::unique_ptr<sqlite3, Close> db_;
};

/// Rolls back where it was not committed.
class SqliteTransaction {
  public:
    static Result<SqliteTransaction> Begin(const Sqlite& db);
    Result<void> Commit();

    SqliteTransaction(SqliteTransaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
    SqliteTransaction& operator=(SqliteTransaction&&) = delete;
    ~SqliteTransaction();

  private:
    explicit SqliteTransaction(const Sqlite* db) : db_(db) {}
    const Sqlite* db_;
};

}  // namespace argosy
