// What an API server answers with: models, what answers under a model's name beside them, routes,
// keys. One value, replaced as a whole while requests run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "net/exchange.h"
#include "serve/api_error.h"
#include "serve/model_host.h"

namespace argosy::serve {

/// A model beside the hosts': something that answers chats under a name, as an assistant does.
struct ExtraModel {
    std::string name;
    /// Answers POST /v1/chat/completions, whose body is given. Runs on a worker that others wait
    /// for: what takes long is handed over.
    std::function<void(const std::shared_ptr<Exchange>&, const json::object& body)> chat;
};

/// A public name for one model or several: `choose` says which one a request gets.
struct ModelAlias {
    std::string name;
    std::function<ApiResult<std::string>(const ServerRequest&)> choose;
};

/// A route beside the API's own. Runs on an io thread: must not block.
struct ExtraRoute {
    std::string method;
    std::string pattern;
    Handler handler;
    bool open = false;  // without a key: pages that hold nothing secret
};

struct ApiContent {
    std::vector<std::shared_ptr<ModelHost>> hosts;
    std::vector<ExtraModel> extra_models;
    std::vector<ModelAlias> aliases;
    std::vector<ExtraRoute> extra_routes;  // one for "GET /" takes the chat page's place
    std::vector<std::string> api_keys;     // none: everybody may call
    /// Refuses a model that the caller's key may not use; may be empty.
    std::function<std::optional<ApiError>(const ServerRequest&, const std::string& model)> refuse;
    /// What the handlers above stand on: ends after the last request that they answer.
    std::vector<std::shared_ptr<const void>> keeps;
    bool ready = true;  // what /ready tells
};

/// What a request wants of a model; kAny: whatever it is for, one that generates first.
enum class ModelUse { kGenerate, kEmbed, kRerank, kAny };

/// Who answers: exactly one of both.
struct ChosenModel {
    ModelHost* host = nullptr;
    const ExtraModel* extra = nullptr;
    std::string name;  // behind an alias: the model's own
};

/// By the body's "model"; without one, the first that suits. 404 model_not_found lists what there
/// is, 503 where nothing is ready.
ApiResult<ChosenModel> ChooseModel(const ApiContent& content, const ServerRequest& request,
                                   const json::object& body, ModelUse use);

}  // namespace argosy::serve
