#include "assistant/face/session_routes.h"

#include "assistant/memory/session_rules.h"
#include "serve/respond.h"

namespace argosy::assistant::internal {

namespace {

constexpr size_t kMaxListed = 1000;

json::object InfoJson(const SessionInfo& info) {
    return {{"id", info.session}, {"object", "assistant.session"}, {"created", info.created},
            {"used", info.used},  {"messages", info.messages},     {"bytes", info.bytes}};
}

void RespondFailed(Exchange& exchange, const Error& error) {
    serve::RespondError(exchange, serve::ToApiError(error));
}

// The routes of all sessions of one user.
void HandleUser(const Assistant& assistant, Exchange& exchange, const std::string& user) {
    SessionStore& store = *assistant.parts().sessions;
    const std::string& name = assistant.config().name;
    const UnixMillis now = assistant.parts().clock.unix_millis();
    if (exchange.request().method == "DELETE") {
        const auto gone = store.Erase(name, user);
        if (!gone) return RespondFailed(exchange, gone.error());
        return serve::RespondJson(exchange, 200,
                                  json::object{{"user", user}, {"erased_sessions", *gone}});
    }
    if (exchange.request().path.ends_with("/export")) {
        const auto all = ExportUser(store, name, user, now);
        if (!all) return RespondFailed(exchange, all.error());
        return serve::RespondJson(exchange, 200, *all);
    }
    const auto list = store.List(name, user, kMaxListed, now);
    if (!list) return RespondFailed(exchange, list.error());
    json::array data;
    for (const SessionInfo& info : *list) data.push_back(InfoJson(info));
    serve::RespondJson(exchange, 200, json::object{{"object", "list"}, {"data", std::move(data)}});
}

void HandleOne(const Assistant& assistant, Exchange& exchange, const std::string& user) {
    SessionStore& store = *assistant.parts().sessions;
    const std::string id(exchange.request().Param("session"));
    const SessionKey key{assistant.config().name, id};
    const auto session = store.Load(key, assistant.parts().clock.unix_millis());
    if (!session) return RespondFailed(exchange, session.error());
    if (!*session || (*session)->info.user != user) {
        return serve::RespondError(
            exchange, serve::FromStatus(404, fmt::format("There is no session '{}'", id)));
    }
    if (exchange.request().method == "DELETE") {
        const auto gone = store.Delete(key);
        if (!gone) return RespondFailed(exchange, gone.error());
        return serve::RespondJson(exchange, 200, json::object{{"id", id}, {"deleted", *gone}});
    }
    json::object out = InfoJson((*session)->info);
    json::array messages;
    for (const StoredMessage& message : (*session)->messages) {
        messages.push_back(MessageToJson(message));
    }
    out["summary"] = (*session)->summary;
    out["content"] = std::move(messages);
    serve::RespondJson(exchange, 200, out);
}

}  // namespace

void HandleSessions(const Assistant& assistant, Exchange& exchange) {
    if (!assistant.parts().sessions) {
        return serve::RespondError(exchange,
                                   serve::FromStatus(404, "This assistant remembers nothing"));
    }
    const std::string user(exchange.request().Query("user").value_or(""));
    if (!exchange.request().Param("session").empty()) return HandleOne(assistant, exchange, user);
    if (user.empty()) {
        // All who gave no name are not one user.
        return serve::RespondError(exchange,
                                   serve::FromStatus(400, "'user' is needed in the query"));
    }
    HandleUser(assistant, exchange, user);
}

}  // namespace argosy::assistant::internal
