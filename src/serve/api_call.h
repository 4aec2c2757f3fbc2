// What the parts of ApiServer share (private to them): a content with its routes, and one request
// at a model.
#pragma once

#include "serve/api_server.h"

namespace argosy::serve {

struct ApiServer::Snapshot {
    explicit Snapshot(ApiContent of) : content(std::move(of)), keys(content.api_keys) {}

    ApiContent content;
    ApiKeys keys;
    Router router;  // its handlers refer to this snapshot, which their exchange keeps
};

/// A request whose body is read and whose model is found.
struct ApiServer::Call {
    const std::shared_ptr<Exchange>& exchange;
    const Body& body;
    const ApiContent& content;
    ChosenModel chosen;

    ModelHost& host() const { return *chosen.host; }
};

/// Wakes a model whose weights were dropped; what goes wrong is logged, and the request told.
void WakeIfSleeping(ModelHost& host);

}  // namespace argosy::serve
