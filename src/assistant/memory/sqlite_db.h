// SQLite's C interface with owners and Result. Private to the SQLite store. Thread-compatible.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace argosy::assistant::internal {

/// A prepared statement, bound from left to right, then stepped through.
class Statement {
  public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement, sqlite3_finalize) {}

    Statement& Bind(int64_t value);
    Statement& Bind(std::string_view text);
    /// True: a row is there to be read. kUnavailable with SQLite's reason.
    Result<bool> Step();
    int64_t Int(int column) const { return sqlite3_column_int64(statement_.get(), column); }
    std::string Text(int column) const;

  private:
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
    int bound_ = 0;
};

class SqliteDb {
  public:
    /// In WAL mode, with deleted content overwritten. kUnavailable, kPermissionDenied.
    static Result<SqliteDb> Open(const std::string& path);

    /// Statements without rows or parameters.
    Result<void> Run(const char* sql);
    Result<Statement> Prepare(std::string_view sql);
    int64_t changes() const { return sqlite3_changes(db_.get()); }

    /// Runs `work` within a transaction that is committed where it returns a value.
    template <typename Work>
    auto Transact(Work work) -> decltype(work()) {
        ARGOSY_CHECK_OK(Run("BEGIN IMMEDIATE"));
        auto result = work();
        if (!result) {
            [[maybe_unused]] const auto undone = Run("ROLLBACK");
            return result;
        }
        ARGOSY_CHECK_OK(Run("COMMIT"));
        return result;
    }

  private:
    explicit SqliteDb(sqlite3* db) : db_(db, sqlite3_close_v2) {}
    std::unexpected<Error> Failed(std::string_view what) const;
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> db_;
};

}  // namespace argosy::assistant::internal
