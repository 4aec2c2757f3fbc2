// SQLite with our errors: a connection and prepared statements.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace argosy::retrieval {

/// A prepared statement. Values are bound in their order, then Step() gives row after row; Reset()
/// makes it ready again.
class Statement {
  public:
    Statement& Bind(int64_t value);
    Statement& Bind(std::string_view text);
    Statement& Bind(std::span<const std::byte> blob);

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

/// One connection. Thread-compatible.
class Sqlite {
  public:
    /// Opens or creates a database with a write-ahead log whose every commit is synced.
    static Result<Sqlite> Open(const std::filesystem::path& path);
    Result<Statement> Prepare(std::string_view sql) const;
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
class Transaction {
  public:
    static Result<Transaction> Begin(const Sqlite& db);
    Result<void> Commit();

    Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

  private:
    explicit Transaction(const Sqlite* db) : db_(db) {}
    const Sqlite* db_;
};

}  // namespace argosy::retrieval
