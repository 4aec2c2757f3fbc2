// One API call's way through the engine: submits its requests, passes their events on one at a
// time, and cancels all of them when the client leaves.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "net/exchange.h"
#include "serve/api_error.h"

namespace argosy::serve {

/// Makes an answer of events. Calls never overlap; OnDone or OnError comes once, last. Called on
/// the engine's thread: must return at once.
class GenerationConsumer {
  public:
    virtual ~GenerationConsumer() = default;
    /// `request`: which of the requests submitted.
    virtual void OnEvent(size_t request, GenerateEvent event) = 0;
    /// `total`: over all requests.
    virtual void OnDone(const Usage& total) = 0;
    virtual void OnError(const ApiError& error) = 0;
};

/// Errors of Submit arrive at the consumer too, on this thread.
void StartGeneration(Engine& engine, Exchange& exchange, std::vector<GenerateRequest> requests,
                     std::shared_ptr<GenerationConsumer> consumer);

}  // namespace argosy::serve
