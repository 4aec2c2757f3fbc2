// libpq with owners and Result. Private to the PostgreSQL store. Thread-compatible.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy::assistant::internal {

class Rows {
  public:
    explicit Rows(PGresult* result) : result_(result, PQclear) {}
    int size() const { return PQntuples(result_.get()); }
    std::string Text(int row, int column) const;
    int64_t Int(int row, int column) const;
    uint64_t affected() const;

  private:
    std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

class PostgresDb {
  public:
    /// With time limits on connecting and on each statement. kUnavailable with the server's reason.
    static Result<std::unique_ptr<PostgresDb>> Open(const std::string& url);

    /// One statement with parameters $1, $2, ... kUnavailable, kDeadlineExceeded (its time limit).
    Result<Rows> Run(const char* sql, const std::vector<std::string>& parameters = {});
    bool usable() const { return PQstatus(connection_.get()) == CONNECTION_OK; }

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
    explicit PostgresDb(PGconn* connection) : connection_(connection, PQfinish) {}
    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

}  // namespace argosy::assistant::internal
