// PostgreSQL through libpq, with owners and Result: a pool of connections, statements with
// parameters, transactions.
//
//     PostgresPool pool({.url = "postgresql://argosy:secret@db/shop"});
//     auto count = pool.Within([&](PostgresConnection& db) -> Result<int64_t> {
//         ARGOSY_TRY(const PostgresRows rows, db.Run("SELECT count(*) FROM t WHERE x=$1", {name}));
//         return rows.Int(0, 0);
//     });
//
// Errors: kAlreadyExists (a unique constraint), kPermissionDenied, kResourceExhausted (disk,
// memory, connections), kDeadlineExceeded (a statement's time limit), else kUnavailable; each with
// the server's reason, which never has the password.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/kept_connections.h"

extern "C" {
typedef struct pg_conn PGconn;      // NOLINT: libpq's own declaration
typedef struct pg_result PGresult;  // NOLINT
}

namespace argosy {

/// What a statement gave. Values are texts, as the server writes them; that of NULL is empty.
class PostgresRows {
  public:
    explicit PostgresRows(PGresult* result) : result_(result) {}
    int size() const;
    std::string Text(int row, int column) const;
    int64_t Int(int row, int column) const;
    double Double(int row, int column) const;
    bool IsNull(int row, int column) const;
    /// Rows that the statement changed.
    uint64_t affected() const;

  private:
    struct Clear {
        void operator()(PGresult* result) const;
    };
    std::unique_ptr<PGresult, Clear> result_;
};

struct PostgresOptions {
    std::string url;  // postgresql://user:password@host:port/database?sslmode=…
    std::chrono::milliseconds statement_timeout{std::chrono::seconds(10)};
};

/// Thread-compatible.
class PostgresConnection {
  public:
    /// With time limits on connecting and on each statement.
    static Result<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);

    /// One statement with parameters $1, $2, … (texts without NUL: WithoutNul).
    Result<PostgresRows> Run(const std::string& sql,
                             const std::vector<std::string>& parameters = {});
    bool usable() const;

    /// Runs `work` within a transaction that is committed where it returns a value.
    template <typename Work>
    auto Transact(Work work) -> decltype(work()) {
        ARGOSY_CHECK_OK(Run("BEGIN"));
        auto result = work();
        if (!result) {
            [[maybe_unused]] const auto undone = Run("ROLLBACK");
            return result;
        }
        ARGOSY_CHECK_OK(Run("COMMIT"));
        return result;
    }

  private:
    struct Finish {
        void operator()(PGconn* connection) const;
    };
    explicit PostgresConnection(PGconn* connection) : connection_(connection) {}
    std::unique_ptr<PGconn, Finish> connection_;
};

/// Thread-safe: each piece of work has a connection of its own.
class PostgresPool {
  public:
    explicit PostgresPool(PostgresOptions options) : options_(std::move(options)) {}

    /// Runs a piece of work, a function of PostgresConnection& that gives a Result, in a
    /// transaction.
    template <typename Work>
    auto Within(Work work) -> decltype(work(std::declval<PostgresConnection&>())) {
        auto db = kept_.Take();
        // A server that was started again has closed what was kept; only asking shows it.
        while (db && !db->Run("SELECT 1")) db = kept_.Take();
        if (!db) {
            ARGOSY_TRY(db, PostgresConnection::Open(options_));
        }
        auto result = db->Transact([&] { return work(*db); });
        if (db->usable()) kept_.Put(std::move(db));
        return result;
    }

  private:
    const PostgresOptions options_;
    KeptConnections<PostgresConnection> kept_;
};

/// PostgreSQL cannot keep a NUL: U+FFFD stands for it.
std::string WithoutNul(std::string text);
/// The same for JSON's text, where a NUL is \u0000.
std::string JsonWithoutNul(std::string_view text);

}  // namespace argosy
