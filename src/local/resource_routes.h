// What runs and how it fares, over HTTP: what the console and `argosy get` read.
//
//   GET /v1/resources                {"data": [{"kind", "name", "state", "reason", "message",
//                                    "since"}]}
//   GET /v1/resources/{kind}         of one kind
//   GET /v1/resources/{kind}/{name}  one, with details, conditions and events
#pragma once

#include <vector>

#include "local/status_board.h"
#include "serve/api_content.h"

namespace argosy::local {

/// `board` outlives the routes.
std::vector<serve::ExtraRoute> ResourceRoutes(const StatusBoard& board);

}  // namespace argosy::local
