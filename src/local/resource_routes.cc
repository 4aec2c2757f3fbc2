#include "local/resource_routes.h"

#include "local/kind_name.h"
#include "serve/respond.h"

namespace argosy::local {

namespace {

void List(const StatusBoard& board, Exchange& exchange, std::optional<resources::Kind> kind) {
    json::array list;
    for (const ResourceStatus& status : board.All()) {
        if (!kind || status.id.kind == *kind) list.push_back(status.ToJson(false));
    }
    serve::RespondJson(exchange, 200, json::object{{"data", std::move(list)}});
}

void ListKind(const StatusBoard& board, Exchange& exchange) {
    const auto kind = ParseKind(exchange.request().Param("kind"));
    if (!kind) return serve::RespondError(exchange, serve::ToApiError(kind.error()));
    List(board, exchange, *kind);
}

void One(const StatusBoard& board, Exchange& exchange) {
    const auto kind = ParseKind(exchange.request().Param("kind"));
    if (!kind) return serve::RespondError(exchange, serve::ToApiError(kind.error()));
    const ResourceId id{*kind, std::string(exchange.request().Param("name"))};
    if (const auto status = board.Find(id)) {
        return serve::RespondJson(exchange, 200, status->ToJson(true));
    }
    serve::RespondError(exchange, serve::FromStatus(404, fmt::format("There is no {}; "
                                                                     "/v1/resources lists all",
                                                                     id.ToString())));
}

}  // namespace

std::vector<serve::ExtraRoute> ResourceRoutes(const StatusBoard& board) {
    return {{"GET", "/v1/resources",
             [&board](const auto& exchange) { List(board, *exchange, std::nullopt); }},
            {"GET", "/v1/resources/{kind}",
             [&board](const auto& exchange) { ListKind(board, *exchange); }},
            {"GET", "/v1/resources/{kind}/{name}",
             [&board](const auto& exchange) { One(board, *exchange); }}};
}

}  // namespace argosy::local
