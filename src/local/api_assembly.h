// The API over all that runs: models, assistants, routes, knowledge bases, resources, console.
#pragma once

#include <string>

#include "local/part.h"
#include "local/status_board.h"
#include "serve/api_content.h"

namespace argosy::local {

struct ApiNeeds {
    const StatusBoard* board = nullptr;  // outlives the content
    std::string control_key;             // opens all, where tenants' keys are needed
    bool has_tenants = false;            // declared: then nobody comes in without a key
    bool ready = false;
};

serve::ApiContent AssembleApi(const Parts& parts, const ApiNeeds& needs);

}  // namespace argosy::local
