#include "assistant/memory/sqlite_store.h"

#include <mutex>

#include "assistant/memory/session_rules.h"
#include "base/sqlite.h"

namespace argosy::assistant {

namespace {

constexpr int64_t kVersion = 1;

// Messages go with their session.
constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS sessions(
  id INTEGER PRIMARY KEY, assistant TEXT NOT NULL, session TEXT NOT NULL, user TEXT NOT NULL,
  created INTEGER NOT NULL, used INTEGER NOT NULL, next INTEGER NOT NULL DEFAULT 0,
  summary TEXT NOT NULL DEFAULT '', summarised INTEGER NOT NULL DEFAULT 0,
  UNIQUE(assistant, session));
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions(assistant, user, used);
CREATE INDEX IF NOT EXISTS sessions_by_age ON sessions(assistant, used);
CREATE TABLE IF NOT EXISTS messages(
  owner INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, number INTEGER NOT NULL,
  role TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL, extra TEXT NOT NULL,
  bytes INTEGER NOT NULL, PRIMARY KEY(owner, number)) WITHOUT ROWID;
)";

class SqliteStore final : public SessionStore {
  public:
    SqliteStore(Sqlite db, const SessionLimits& limits) : db_(std::move(db)), limits_(limits) {}

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
    struct Row {
        int64_t id = 0;
        std::string user;
        int64_t next = 0;
    };
    UnixMillis OldestAllowed(UnixMillis now) const { return now - limits_.max_age.count(); }
    Result<Row> FindOrMake(const SessionKey& key, const std::string& user, UnixMillis now);
    Result<void> Insert(const Row& row, std::span<const StoredMessage> messages, UnixMillis now);
    Result<void> Trim(int64_t id);
    Result<void> DropOldSessions(const std::string& assistant);
    Result<void> ReadMessages(int64_t id, Session& session);
    Result<uint64_t> RunCounted(SqliteStatement statement);

    std::mutex mutex_;
    Sqlite db_;  // GUARDED_BY(mutex_)
    SessionLimits limits_;
};

Result<void> SqliteStore::Prepare() {
    ARGOSY_TRY(SqliteStatement version, db_.Prepare("PRAGMA user_version"));
    ARGOSY_CHECK_OK(version.Step());
    if (version.Int(0) > kVersion) {
        return Err(ErrorCode::kUnsupported,
                   "the sessions are of format {}; this program knows {} and older", version.Int(0),
                   kVersion);
    }
    ARGOSY_CHECK_OK(db_.Execute(kSchema));
    return db_.Execute(fmt::format("PRAGMA user_version={}", kVersion));
}

Result<std::optional<Session>> SqliteStore::Load(const SessionKey& key, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey(key));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteStatement find,
               db_.Prepare("SELECT id, user, created, used, summary, summarised FROM sessions "
                           "WHERE assistant=? AND session=? AND used>=?"));
    find.Bind(key.assistant).Bind(key.session).Bind(OldestAllowed(now));
    ARGOSY_TRY(const bool found, find.Step());
    if (!found) return std::nullopt;
    Session session;
    session.info = {key.session, find.Text(1), find.Int(2), find.Int(3), 0, 0};
    session.summary = find.Text(4);
    session.summarised = static_cast<uint64_t>(find.Int(5));
    ARGOSY_CHECK_OK(ReadMessages(find.Int(0), session));
    return session;
}

Result<void> SqliteStore::ReadMessages(int64_t id, Session& session) {
    ARGOSY_TRY(SqliteStatement read,
               db_.Prepare("SELECT number, role, content, at, extra, bytes FROM messages "
                           "WHERE owner=? ORDER BY number"));
    read.Bind(id);
    while (true) {
        ARGOSY_TRY(const bool more, read.Step());
        if (!more) return {};
        if (session.messages.empty()) session.first = static_cast<uint64_t>(read.Int(0));
        ARGOSY_TRY(json::object extra, ExtraFromText(read.Text(4)));
        session.messages.push_back({read.Text(1), read.Text(2), read.Int(3), std::move(extra)});
        session.info.messages += 1;
        session.info.bytes += static_cast<uint64_t>(read.Int(5));
    }
}

Result<void> SqliteStore::Append(const SessionKey& key, const std::string& user,
                                 std::span<const StoredMessage> messages, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_CHECK_OK(CheckUser(user));
    ARGOSY_CHECK_OK(CheckMessages(messages, limits_));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteTransaction transaction, SqliteTransaction::Begin(db_));
    ARGOSY_TRY(const Row row, FindOrMake(key, user, now));
    if (row.user != user) {
        return Err(ErrorCode::kPermissionDenied, "the session '{}' is another user's", key.session);
    }
    ARGOSY_CHECK_OK(Insert(row, messages, now));
    ARGOSY_CHECK_OK(Trim(row.id));
    ARGOSY_CHECK_OK(DropOldSessions(key.assistant));
    return transaction.Commit();
}

Result<SqliteStore::Row> SqliteStore::FindOrMake(const SessionKey& key, const std::string& user,
                                                 UnixMillis now) {
    // One that is too old begins again, whoever had it.
    ARGOSY_TRY(SqliteStatement old,
               db_.Prepare("DELETE FROM sessions WHERE assistant=? AND session=? "
                           "AND used<?"));
    old.Bind(key.assistant).Bind(key.session).Bind(OldestAllowed(now));
    ARGOSY_CHECK_OK(old.Step());
    ARGOSY_TRY(SqliteStatement make,
               db_.Prepare("INSERT INTO sessions(assistant, session, user, created, used) "
                           "VALUES(?,?,?,?,?) ON CONFLICT DO NOTHING"));
    make.Bind(key.assistant).Bind(key.session).Bind(user).Bind(now).Bind(now);
    ARGOSY_CHECK_OK(make.Step());
    ARGOSY_TRY(SqliteStatement find, db_.Prepare("SELECT id, user, next FROM sessions WHERE "
                                                 "assistant=? AND session=?"));
    find.Bind(key.assistant).Bind(key.session);
    ARGOSY_CHECK_OK(find.Step());
    return Row{find.Int(0), find.Text(1), find.Int(2)};
}

Result<void> SqliteStore::Insert(const Row& row, std::span<const StoredMessage> messages,
                                 UnixMillis now) {
    int64_t number = row.next;
    for (const StoredMessage& message : messages) {
        ARGOSY_TRY(SqliteStatement add, db_.Prepare("INSERT INTO messages VALUES(?,?,?,?,?,?,?)"));
        add.Bind(row.id).Bind(number++).Bind(message.role).Bind(message.content).Bind(message.at);
        add.Bind(ExtraToText(message.extra)).Bind(static_cast<int64_t>(MessageBytes(message)));
        ARGOSY_CHECK_OK(add.Step());
    }
    ARGOSY_TRY(SqliteStatement used, db_.Prepare("UPDATE sessions SET used=?, next=? WHERE id=?"));
    used.Bind(now).Bind(number).Bind(row.id);
    ARGOSY_CHECK_OK(used.Step());
    return {};
}

Result<void> SqliteStore::Trim(int64_t id) {
    ARGOSY_TRY(SqliteStatement read,
               db_.Prepare("SELECT number, bytes FROM messages WHERE owner=? ORDER BY number"));
    read.Bind(id);
    std::vector<size_t> sizes;
    int64_t first = 0;
    while (true) {
        ARGOSY_TRY(const bool more, read.Step());
        if (!more) break;
        if (sizes.empty()) first = read.Int(0);
        sizes.push_back(static_cast<size_t>(read.Int(1)));
    }
    const size_t drop = CountToDrop(sizes, limits_);
    if (drop == 0) return {};
    ARGOSY_TRY(SqliteStatement remove,
               db_.Prepare("DELETE FROM messages WHERE owner=? AND number<?"));
    remove.Bind(id).Bind(first + static_cast<int64_t>(drop));
    ARGOSY_CHECK_OK(remove.Step());
    return {};
}

Result<void> SqliteStore::DropOldSessions(const std::string& assistant) {
    ARGOSY_TRY(SqliteStatement drop,
               db_.Prepare("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE "
                           "assistant=? ORDER BY used DESC, id DESC LIMIT -1 OFFSET ?)"));
    drop.Bind(assistant).Bind(static_cast<int64_t>(limits_.max_sessions));
    ARGOSY_CHECK_OK(drop.Step());
    return {};
}

Result<bool> SqliteStore::SetSummary(const SessionKey& key, const std::string& summary,
                                     uint64_t upto) {
    ARGOSY_CHECK_OK(CheckKey(key));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteStatement find, db_.Prepare("SELECT 1 FROM sessions WHERE assistant=? AND "
                                                 "session=?"));
    find.Bind(key.assistant).Bind(key.session);
    ARGOSY_TRY(const bool found, find.Step());
    if (!found) return false;
    ARGOSY_TRY(SqliteStatement set, db_.Prepare("UPDATE sessions SET summary=?, summarised=? WHERE "
                                                "assistant=? AND session=? AND summarised<=?"));
    const auto number = static_cast<int64_t>(upto);
    set.Bind(summary).Bind(number).Bind(key.assistant).Bind(key.session).Bind(number);
    ARGOSY_CHECK_OK(set.Step());
    return true;
}

Result<uint64_t> SqliteStore::RunCounted(SqliteStatement statement) {
    ARGOSY_CHECK_OK(statement.Step());
    return static_cast<uint64_t>(db_.Changes());
}

Result<bool> SqliteStore::Delete(const SessionKey& key) {
    ARGOSY_CHECK_OK(CheckKey(key));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteStatement remove,
               db_.Prepare("DELETE FROM sessions WHERE assistant=? AND session=?"));
    remove.Bind(key.assistant).Bind(key.session);
    ARGOSY_TRY(const uint64_t gone, RunCounted(std::move(remove)));
    return gone > 0;
}

Result<std::vector<SessionInfo>> SqliteStore::List(const std::string& assistant,
                                                   const std::string& user, size_t limit,
                                                   UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteStatement read,
               db_.Prepare("SELECT s.session, s.created, s.used, COUNT(m.number), "
                           "COALESCE(SUM(m.bytes), 0) FROM sessions s LEFT JOIN messages m ON "
                           "m.owner=s.id WHERE s.assistant=? AND s.user=? AND s.used>=? "
                           "GROUP BY s.id ORDER BY s.used DESC, s.id DESC LIMIT ?"));
    const size_t most = std::min(limit, limits_.max_sessions);
    read.Bind(assistant).Bind(user).Bind(OldestAllowed(now)).Bind(static_cast<int64_t>(most));
    std::vector<SessionInfo> list;
    while (true) {
        ARGOSY_TRY(const bool more, read.Step());
        if (!more) return list;
        list.push_back({read.Text(0), user, read.Int(1), read.Int(2),
                        static_cast<uint64_t>(read.Int(3)), static_cast<uint64_t>(read.Int(4))});
    }
}

Result<uint64_t> SqliteStore::Erase(const std::string& assistant, const std::string& user) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteStatement remove,
               db_.Prepare("DELETE FROM sessions WHERE assistant=? AND user=?"));
    remove.Bind(assistant).Bind(user);
    ARGOSY_TRY(const uint64_t gone, RunCounted(std::move(remove)));
    // The write-ahead log still has what was written: it is folded in and cut.
    ARGOSY_CHECK_OK(db_.Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    return gone;
}

Result<uint64_t> SqliteStore::Expire(const std::string& assistant, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    const std::scoped_lock lock(mutex_);
    ARGOSY_TRY(SqliteStatement remove,
               db_.Prepare("DELETE FROM sessions WHERE assistant=? AND used<?"));
    remove.Bind(assistant).Bind(OldestAllowed(now));
    return RunCounted(std::move(remove));
}

}  // namespace

Result<std::unique_ptr<SessionStore>> OpenSqliteStore(const std::string& path,
                                                      const SessionLimits& limits) {
    // Another process may be writing for a while (a backup, an export). What a user had erased must
    // not be in the file.
    const SqliteOptions options{.sync_each_commit = false,
                                .secure_delete = true,
                                .foreign_keys = true,
                                .busy_timeout = std::chrono::seconds(10)};
    ARGOSY_TRY(Sqlite db, Sqlite::Open(path, options));
    auto store = std::make_unique<SqliteStore>(std::move(db), limits);
    auto ready = store->Prepare();
    if (!ready) return At(path, std::move(ready.error()));
    return store;
}

}  // namespace argosy::assistant
