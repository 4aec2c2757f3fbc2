// Stores by URL, and what is made of any store alone.
#include "assistant/memory/postgres_store.h"
#include "assistant/memory/redis_store.h"
#include "assistant/memory/session_rules.h"
#include "assistant/memory/sqlite_store.h"

namespace argosy::assistant {

namespace {

json::object SessionToJson(const Session& session) {
    json::array messages;
    for (const StoredMessage& message : session.messages) {
        messages.push_back(MessageToJson(message));
    }
    return {{"session", session.info.session}, {"created", session.info.created},
            {"used", session.info.used},       {"first", session.first},
            {"summary", session.summary},      {"messages", std::move(messages)}};
}

}  // namespace

Result<std::unique_ptr<SessionStore>> OpenSessionStore(const std::string& url,
                                                       const SessionLimits& limits) {
    if (url.starts_with("sqlite://")) return OpenSqliteStore(url.substr(9), limits);
    if (url.starts_with("redis://") || url.starts_with("rediss://")) {
        return OpenRedisStore(url, limits);
    }
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
        return OpenPostgresStore(url, limits);
    }
    return Err(ErrorCode::kInvalidArgument,
               "memory must be sqlite://PATH, redis://HOST, rediss://HOST or postgresql://HOST, "
               "got a URL of '{}'",
               url.substr(0, url.find(':')));
}

Result<json::object> ExportUser(SessionStore& store, const std::string& assistant,
                                const std::string& user, UnixMillis now) {
    ARGOSY_TRY(const auto list, store.List(assistant, user, SIZE_MAX, now));
    json::array sessions;
    for (const SessionInfo& info : list) {
        ARGOSY_TRY(const auto session, store.Load({assistant, info.session}, now));
        if (session) sessions.push_back(SessionToJson(*session));  // else it went meanwhile
    }
    return json::object{
        {"assistant", assistant}, {"user", user}, {"sessions", std::move(sessions)}};
}

}  // namespace argosy::assistant
