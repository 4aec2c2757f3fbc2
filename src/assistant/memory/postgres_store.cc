#include "assistant/memory/postgres_store.h"

#include <algorithm>

#include "assistant/memory/session_rules.h"
#include "base/postgres.h"

namespace argosy::assistant {

namespace {

using Row = std::vector<std::string>;

// Replicas start at once: the lock keeps them from making the same table twice.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(4279236091)";
constexpr const char* kSchema[] = {
    "CREATE TABLE IF NOT EXISTS argosy_sessions("
    "id BIGSERIAL PRIMARY KEY, assistant TEXT NOT NULL, session TEXT NOT NULL, "
    "owner TEXT NOT NULL, created BIGINT NOT NULL, used BIGINT NOT NULL, "
    "next BIGINT NOT NULL DEFAULT 0, summary TEXT NOT NULL DEFAULT '', "
    "summarised BIGINT NOT NULL DEFAULT 0, UNIQUE(assistant, session))",
    "CREATE INDEX IF NOT EXISTS argosy_sessions_by_user ON argosy_sessions(assistant, owner, used)",
    "CREATE INDEX IF NOT EXISTS argosy_sessions_by_age ON argosy_sessions(assistant, used)",
    "CREATE TABLE IF NOT EXISTS argosy_messages("
    "session BIGINT NOT NULL REFERENCES argosy_sessions(id) ON DELETE CASCADE, "
    "number BIGINT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL, at BIGINT NOT NULL, "
    "extra TEXT NOT NULL, bytes BIGINT NOT NULL, PRIMARY KEY(session, number))"};

class PostgresStore final : public SessionStore {
  public:
    PostgresStore(std::string url, const SessionLimits& limits)
        : pool_({.url = std::move(url)}), limits_(limits) {}

    Result<void> Prepare();
    Result<std::optional<Session>> Load(const SessionKey& key, UnixMillis now) override;
    Result<void> Append(const SessionKey& key, const std::string& user,
                        std::span<const StoredMessage> messages, UnixMillis now) override;
    Result<bool> SetSummary(const SessionKey& key, const std::string& summary,
                            uint64_t upto) override;
    Result<bool> Delete(const SessionKey& key) override;
    Result<std::vector<SessionInfo>> List(const std::string& assistant, const std::string& user,
                                          size_t limit, UnixMillis now) override;
    Result<uint64_t> Erase(const std::string& assistant, const std::string& user) override;
    Result<uint64_t> Expire(const std::string& assistant, UnixMillis now) override;

  private:
    std::string OldestAllowed(UnixMillis now) const {
        return std::to_string(now - limits_.max_age.count());
    }
    Result<uint64_t> Remove(const char* sql, const Row& parameters);
    Result<void> Add(PostgresConnection& db, const SessionKey& key, const std::string& user,
                     std::span<const StoredMessage> messages, UnixMillis now);
    Result<void> Trim(PostgresConnection& db, const std::string& id);

    PostgresPool pool_;
    SessionLimits limits_;
};

Result<void> PostgresStore::Prepare() {
    return pool_.Within([](PostgresConnection& db) -> Result<void> {
        ARGOSY_CHECK_OK(db.Run(kLock));
        for (const char* statement : kSchema) ARGOSY_CHECK_OK(db.Run(statement));
        return {};
    });
}

Result<std::optional<Session>> PostgresStore::Load(const SessionKey& key, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey(key));
    return pool_.Within([&](PostgresConnection& db) -> Result<std::optional<Session>> {
        // One statement is one snapshot: the session and its messages fit.
        ARGOSY_TRY(const PostgresRows rows,
                   db.Run("SELECT s.owner, s.created, s.used, s.summary, s.summarised, m.number, "
                          "m.role, m.content, m.at, m.extra, m.bytes FROM argosy_sessions s LEFT "
                          "JOIN argosy_messages m ON m.session=s.id WHERE s.assistant=$1 AND "
                          "s.session=$2 AND s.used>=$3 ORDER BY m.number",
                          {key.assistant, key.session, OldestAllowed(now)}));
        if (rows.size() == 0) return std::nullopt;
        Session session;
        session.info = {key.session, rows.Text(0, 0), rows.Int(0, 1), rows.Int(0, 2), 0, 0};
        session.summary = rows.Text(0, 3);
        session.summarised = static_cast<uint64_t>(rows.Int(0, 4));
        session.first = static_cast<uint64_t>(rows.Int(0, 5));
        for (int i = 0; i < rows.size() && !rows.Text(i, 5).empty(); ++i) {
            ARGOSY_TRY(json::object extra, ExtraFromText(rows.Text(i, 9)));
            session.messages.push_back(
                {rows.Text(i, 6), rows.Text(i, 7), rows.Int(i, 8), std::move(extra)});
            session.info.messages += 1;
            session.info.bytes += static_cast<uint64_t>(rows.Int(i, 10));
        }
        return session;
    });
}

Result<void> PostgresStore::Append(const SessionKey& key, const std::string& user,
                                   std::span<const StoredMessage> messages, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_CHECK_OK(CheckUser(user));
    ARGOSY_CHECK_OK(CheckMessages(messages, limits_));
    return pool_.Within([&](PostgresConnection& db) { return Add(db, key, user, messages, now); });
}

Result<void> PostgresStore::Add(PostgresConnection& db, const SessionKey& key,
                                const std::string& user, std::span<const StoredMessage> messages,
                                UnixMillis now) {
    const std::string when = std::to_string(now);
    ARGOSY_CHECK_OK(
        db.Run("DELETE FROM argosy_sessions WHERE assistant=$1 AND session=$2 AND "
               "used<$3",
               {key.assistant, key.session, OldestAllowed(now)}));
    ARGOSY_CHECK_OK(
        db.Run("INSERT INTO argosy_sessions(assistant, session, owner, created, used) "
               "VALUES($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING",
               {key.assistant, key.session, user, when}));
    // The row's lock makes appends to one session take turns.
    ARGOSY_TRY(const PostgresRows found, db.Run("SELECT id, owner, next FROM argosy_sessions WHERE "
                                                "assistant=$1 AND session=$2 FOR UPDATE",
                                                {key.assistant, key.session}));
    if (found.size() == 0) {
        return Err(ErrorCode::kUnavailable, "the session '{}' was deleted meanwhile", key.session);
    }
    if (found.Text(0, 1) != user) {
        return Err(ErrorCode::kPermissionDenied, "the session '{}' is another user's", key.session);
    }
    const std::string id = found.Text(0, 0);
    int64_t number = found.Int(0, 2);
    for (const StoredMessage& message : messages) {
        ARGOSY_CHECK_OK(
            db.Run("INSERT INTO argosy_messages VALUES($1, $2, $3, $4, $5, $6, $7)",
                   {id, std::to_string(number++), message.role, WithoutNul(message.content),
                    std::to_string(message.at), ExtraToText(message.extra),
                    std::to_string(MessageBytes(message))}));
    }
    ARGOSY_CHECK_OK(db.Run("UPDATE argosy_sessions SET used=$1, next=$2 WHERE id=$3",
                           {when, std::to_string(number), id}));
    ARGOSY_CHECK_OK(Trim(db, id));
    ARGOSY_CHECK_OK(
        db.Run("DELETE FROM argosy_sessions WHERE id IN (SELECT id FROM "
               "argosy_sessions WHERE assistant=$1 ORDER BY used DESC, id DESC "
               "OFFSET $2)",
               {key.assistant, std::to_string(limits_.max_sessions)}));
    return {};
}

Result<void> PostgresStore::Trim(PostgresConnection& db, const std::string& id) {
    ARGOSY_TRY(const PostgresRows rows, db.Run("SELECT number, bytes FROM argosy_messages WHERE "
                                               "session=$1 ORDER BY number",
                                               {id}));
    std::vector<size_t> sizes;
    for (int i = 0; i < rows.size(); ++i) sizes.push_back(static_cast<size_t>(rows.Int(i, 1)));
    const size_t drop = CountToDrop(sizes, limits_);
    if (drop == 0) return {};
    ARGOSY_CHECK_OK(db.Run("DELETE FROM argosy_messages WHERE session=$1 AND number<$2",
                           {id, rows.Text(static_cast<int>(drop), 0)}));
    return {};
}

Result<bool> PostgresStore::SetSummary(const SessionKey& key, const std::string& summary,
                                       uint64_t upto) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_TRY(const uint64_t found,
               Remove("UPDATE argosy_sessions SET "
                      "summary=CASE WHEN summarised<=$4::bigint THEN $3 ELSE summary END, "
                      "summarised=GREATEST(summarised, $4::bigint) "
                      "WHERE assistant=$1 AND session=$2",
                      {key.assistant, key.session, WithoutNul(summary), std::to_string(upto)}));
    return found > 0;
}

Result<uint64_t> PostgresStore::Remove(const char* sql, const Row& parameters) {
    return pool_.Within([&](PostgresConnection& db) -> Result<uint64_t> {
        ARGOSY_TRY(const PostgresRows rows, db.Run(sql, parameters));
        return rows.affected();
    });
}

Result<bool> PostgresStore::Delete(const SessionKey& key) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_TRY(const uint64_t gone,
               Remove("DELETE FROM argosy_sessions WHERE assistant=$1 AND session=$2",
                      {key.assistant, key.session}));
    return gone > 0;
}

Result<std::vector<SessionInfo>> PostgresStore::List(const std::string& assistant,
                                                     const std::string& user, size_t limit,
                                                     UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    ARGOSY_CHECK_OK(CheckUser(user));
    const std::string most = std::to_string(std::min(limit, limits_.max_sessions));
    return pool_.Within([&](PostgresConnection& db) -> Result<std::vector<SessionInfo>> {
        ARGOSY_TRY(const PostgresRows rows,
                   db.Run("SELECT s.session, s.created, s.used, COUNT(m.number), "
                          "COALESCE(SUM(m.bytes), 0) FROM argosy_sessions s LEFT JOIN "
                          "argosy_messages m ON m.session=s.id WHERE s.assistant=$1 AND "
                          "s.owner=$2 AND s.used>=$3 GROUP BY s.id ORDER BY s.used DESC, "
                          "s.id DESC LIMIT $4",
                          {assistant, user, OldestAllowed(now), most}));
        std::vector<SessionInfo> list;
        for (int i = 0; i < rows.size(); ++i) {
            list.push_back({rows.Text(i, 0), user, rows.Int(i, 1), rows.Int(i, 2),
                            static_cast<uint64_t>(rows.Int(i, 3)),
                            static_cast<uint64_t>(rows.Int(i, 4))});
        }
        return list;
    });
}

Result<uint64_t> PostgresStore::Erase(const std::string& assistant, const std::string& user) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    ARGOSY_CHECK_OK(CheckUser(user));
    return Remove("DELETE FROM argosy_sessions WHERE assistant=$1 AND owner=$2", {assistant, user});
}

Result<uint64_t> PostgresStore::Expire(const std::string& assistant, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    return Remove("DELETE FROM argosy_sessions WHERE assistant=$1 AND used<$2",
                  {assistant, OldestAllowed(now)});
}

}  // namespace

Result<std::unique_ptr<SessionStore>> OpenPostgresStore(const std::string& url,
                                                        const SessionLimits& limits) {
    auto store = std::make_unique<PostgresStore>(url, limits);
    ARGOSY_CHECK_OK(store->Prepare());
    return store;
}

}  // namespace argosy::assistant
