#include "assistant/memory/redis_store.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "assistant/memory/redis_connection.h"
#include "assistant/memory/redis_scripts.h"
#include "assistant/memory/session_rules.h"
#include "base/kept_connections.h"

namespace argosy::assistant {

namespace {

using Kind = RespValue::Kind;

std::unexpected<Error> Unexpected() {
    return Err(ErrorCode::kCorrupt, "Redis has something other than a session under its key");
}

int64_t ToInt(std::string_view text) {
    int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}
uint64_t ToCount(std::string_view text) { return static_cast<uint64_t>(ToInt(text)); }

std::string Entry(const StoredMessage& message) {
    return fmt::format("{} {}", MessageBytes(message), json::serialize(MessageToJson(message)));
}

class RedisStore final : public SessionStore {
  public:
    RedisStore(RedisAddress address, const SessionLimits& limits)
        : address_(std::move(address)), limits_(limits) {}

    Result<void> Ping();
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
    UnixMillis OldestAllowed(UnixMillis now) const { return now - limits_.max_age.count(); }
    Result<RespValue> Command(std::span<const std::string> words);
    Result<RespValue> Script(std::string_view body, const std::string& assistant,
                             std::vector<std::string> arguments);
    Result<uint64_t> Counted(std::string_view body, const std::string& assistant,
                             std::vector<std::string> arguments);
    Result<void> ReadMessages(const std::vector<RespValue>& entries, Session& session) const;

    RedisAddress address_;
    SessionLimits limits_;
    KeptConnections<RedisConnection> kept_;
};

Result<RespValue> RedisStore::Command(std::span<const std::string> words) {
    auto connection = kept_.Take();
    while (connection && !connection->usable()) connection = kept_.Take();
    if (!connection) {
        ARGOSY_TRY(connection, RedisConnection::Open(address_));
    }
    ARGOSY_TRY(RespValue reply, connection->Call(words));
    kept_.Put(std::move(connection));
    if (reply.kind == Kind::kError) {
        return Err(ErrorCode::kUnavailable, "Redis at {}:{}: {}", address_.host, address_.port,
                   reply.text);
    }
    return reply;
}

Result<void> RedisStore::Ping() {
    const std::vector<std::string> words{"PING"};
    ARGOSY_CHECK_OK(Command(words));
    return {};
}

Result<RespValue> RedisStore::Script(std::string_view body, const std::string& assistant,
                                     std::vector<std::string> arguments) {
    std::string prefix = fmt::format("argosy:{{{}}}:", assistant);
    // One key is declared, so that a cluster knows the slot; all others are in the same.
    std::vector<std::string> words{"EVAL", std::string(internal::kLuaDrop) + std::string(body), "1",
                                   prefix + "z", prefix};
    for (std::string& argument : arguments) words.push_back(std::move(argument));
    return Command(words);
}

Result<uint64_t> RedisStore::Counted(std::string_view body, const std::string& assistant,
                                     std::vector<std::string> arguments) {
    ARGOSY_TRY(const RespValue reply, Script(body, assistant, std::move(arguments)));
    if (reply.kind != Kind::kInteger) return Unexpected();
    return static_cast<uint64_t>(reply.integer);
}

Result<std::optional<Session>> RedisStore::Load(const SessionKey& key, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_TRY(const RespValue reply, Script(internal::kLuaLoad, key.assistant, {key.session}));
    if (reply.items.size() != 2) return Unexpected();
    std::map<std::string, std::string> fields;
    const auto& flat = reply.items[0].items;
    for (size_t i = 0; i + 1 < flat.size(); i += 2) fields[flat[i].text] = flat[i + 1].text;
    if (fields.empty() || ToInt(fields["used"]) < OldestAllowed(now)) return std::nullopt;
    Session session;
    session.info = {key.session,
                    fields["user"],
                    ToInt(fields["created"]),
                    ToInt(fields["used"]),
                    reply.items[1].items.size(),
                    ToCount(fields["bytes"])};
    session.first = ToCount(fields["first"]);
    session.summary = fields["summary"];
    session.summarised = ToCount(fields["summarised"]);
    ARGOSY_CHECK_OK(ReadMessages(reply.items[1].items, session));
    return session;
}

Result<void> RedisStore::ReadMessages(const std::vector<RespValue>& entries,
                                      Session& session) const {
    for (const RespValue& entry : entries) {
        const size_t space = entry.text.find(' ');
        if (space == std::string::npos) return Unexpected();
        ARGOSY_TRY(const json::value value,
                   ParseJson(std::string_view(entry.text).substr(space + 1)));
        ARGOSY_TRY(StoredMessage message, MessageFromJson(value));
        session.messages.push_back(std::move(message));
    }
    return {};
}

Result<void> RedisStore::Append(const SessionKey& key, const std::string& user,
                                std::span<const StoredMessage> messages, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_CHECK_OK(CheckUser(user));
    ARGOSY_CHECK_OK(CheckMessages(messages, limits_));
    std::vector<std::string> arguments{key.session,
                                       user,
                                       std::to_string(now),
                                       std::to_string(OldestAllowed(now)),
                                       std::to_string(limits_.max_age.count()),
                                       std::to_string(limits_.max_messages),
                                       std::to_string(limits_.max_bytes),
                                       std::to_string(limits_.max_sessions)};
    for (const StoredMessage& message : messages) arguments.push_back(Entry(message));
    ARGOSY_TRY(const RespValue reply,
               Script(internal::kLuaAppend, key.assistant, std::move(arguments)));
    if (reply.text == "other") {
        return Err(ErrorCode::kPermissionDenied, "the session '{}' is another user's", key.session);
    }
    return {};
}

Result<bool> RedisStore::SetSummary(const SessionKey& key, const std::string& summary,
                                    uint64_t upto) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_TRY(const uint64_t found, Counted(internal::kLuaSummary, key.assistant,
                                             {key.session, summary, std::to_string(upto)}));
    return found > 0;
}

Result<bool> RedisStore::Delete(const SessionKey& key) {
    ARGOSY_CHECK_OK(CheckKey(key));
    ARGOSY_TRY(const uint64_t gone, Counted(internal::kLuaDelete, key.assistant, {key.session}));
    return gone > 0;
}

Result<std::vector<SessionInfo>> RedisStore::List(const std::string& assistant,
                                                  const std::string& user, size_t limit,
                                                  UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    ARGOSY_CHECK_OK(CheckUser(user));
    ARGOSY_TRY(const RespValue reply, Script(internal::kLuaList, assistant, {user}));
    std::vector<SessionInfo> list;
    for (const RespValue& item : reply.items) {
        if (item.items.size() != 5) return Unexpected();
        const auto& field = item.items;
        SessionInfo info{field[0].text,          user,
                         ToInt(field[1].text),   ToInt(field[2].text),
                         ToCount(field[3].text), ToCount(field[4].text)};
        if (info.used >= OldestAllowed(now)) list.push_back(std::move(info));
    }
    std::ranges::sort(list, [](const SessionInfo& a, const SessionInfo& b) {
        return a.used != b.used ? a.used > b.used : a.session < b.session;
    });
    if (list.size() > limit) list.resize(limit);
    return list;
}

Result<uint64_t> RedisStore::Erase(const std::string& assistant, const std::string& user) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    ARGOSY_CHECK_OK(CheckUser(user));
    return Counted(internal::kLuaErase, assistant, {user});
}

Result<uint64_t> RedisStore::Expire(const std::string& assistant, UnixMillis now) {
    ARGOSY_CHECK_OK(CheckKey({assistant, "-"}));
    return Counted(internal::kLuaExpire, assistant, {std::to_string(OldestAllowed(now))});
}

}  // namespace

Result<std::unique_ptr<SessionStore>> OpenRedisStore(const std::string& url,
                                                     const SessionLimits& limits) {
    ARGOSY_TRY(RedisAddress address, RedisAddress::Parse(url));
    auto store = std::make_unique<RedisStore>(std::move(address), limits);
    ARGOSY_CHECK_OK(store->Ping());
    return store;
}

}  // namespace argosy::assistant
