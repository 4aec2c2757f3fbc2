// Where an assistant keeps its conversations: sessions of messages, each of one user, bounded in
// number, bytes and age, which can be handed out and erased by user. One interface over SQLite,
// Redis and PostgreSQL, and one test suite over all three.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::assistant {

/// Milliseconds since 1970; given by the caller, so that tests choose the time.
using UnixMillis = int64_t;

struct StoredMessage {
    std::string role;  // "user", "assistant"
    std::string content;
    UnixMillis at = 0;
    json::object extra;  // what the page shows beside it: citations, the trace's id
};

/// Which conversation. The session's id is made by us or chosen by the client.
struct SessionKey {
    std::string assistant;
    std::string session;
};

struct SessionInfo {
    std::string session;
    std::string user;  // empty: nobody in particular
    UnixMillis created = 0;
    UnixMillis used = 0;
    uint64_t messages = 0;
    uint64_t bytes = 0;
};

struct Session {
    SessionInfo info;
    /// Number of the first message kept; earlier ones went by the bounds.
    uint64_t first = 0;
    std::vector<StoredMessage> messages;
    std::string summary;      // of all messages before number `summarised`
    uint64_t summarised = 0;  // 0: there is no summary
};

struct SessionLimits {
    std::chrono::milliseconds max_age = std::chrono::days(30);  // since the last message
    size_t max_messages = 200;                                  // of a session; the oldest go
    size_t max_bytes = 256 << 10;         // of a session's contents; the oldest go
    size_t max_message_bytes = 64 << 10;  // one more is refused
    size_t max_sessions = 100'000;        // of an assistant; those unused for longest go
};

/// Thread-safe. All methods block; call them from a thread that may wait. Errors of every method:
/// kInvalidArgument (a name that cannot be one), kUnavailable (the store cannot be reached),
/// kDeadlineExceeded, kCorrupt (what is stored cannot be read).
class SessionStore {
  public:
    virtual ~SessionStore() = default;

    /// Nothing where there is none, or it is older than max_age.
    virtual Result<std::optional<Session>> Load(const SessionKey& key, UnixMillis now) = 0;
    /// Adds messages to the end, all or none, and makes the session where there is none. What
    /// passes the bounds goes from the front. kPermissionDenied where the session is another
    /// user's; kResourceExhausted for a message beyond max_message_bytes.
    virtual Result<void> Append(const SessionKey& key, const std::string& user,
                                std::span<const StoredMessage> messages, UnixMillis now) = 0;
    /// Sets the summary of the messages before number `upto`, unless the stored one covers more.
    /// False where there is no such session.
    virtual Result<bool> SetSummary(const SessionKey& key, const std::string& summary,
                                    uint64_t upto) = 0;
    /// False where there is no such session.
    virtual Result<bool> Delete(const SessionKey& key) = 0;
    /// A user's sessions, those used last first, at most `limit`.
    virtual Result<std::vector<SessionInfo>> List(const std::string& assistant,
                                                  const std::string& user, size_t limit,
                                                  UnixMillis now) = 0;
    /// Removes all that is kept of a user; how many sessions that was.
    virtual Result<uint64_t> Erase(const std::string& assistant, const std::string& user) = 0;
    /// Removes sessions older than max_age; how many that was.
    virtual Result<uint64_t> Expire(const std::string& assistant, UnixMillis now) = 0;
};

/// By URL: "sqlite:///path/to/file.db" (three slashes for an absolute path, "sqlite://:memory:"
/// for tests), "redis://[user:password@]host[:port][/number]", "rediss://..." (TLS, verified),
/// "postgresql://user:password@host/database?...". Opens it and makes its tables. Errors:
/// kInvalidArgument for another URL, and the store's own; no error repeats the password.
Result<std::unique_ptr<SessionStore>> OpenSessionStore(const std::string& url,
                                                       const SessionLimits& limits);

/// Everything that is kept of a user, for the user: {"assistant", "user", "sessions": [...]}, each
/// with its messages, times and summary. Errors: the store's.
Result<json::object> ExportUser(SessionStore& store, const std::string& assistant,
                                const std::string& user, UnixMillis now);

}  // namespace argosy::assistant
