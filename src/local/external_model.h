// A Model that somebody else runs, behind an OpenAI-compatible API: for assistants as a ChatModel,
// for clients as a name whose requests are passed on.
#pragma once

#include "local/reconciler.h"
#include "local/surroundings.h"

namespace argosy::local {

/// Asks for nothing yet: whether the API answers shows at the first request. Errors:
/// kInvalidArgument (URL), kNotFound (the key's secret), kUnsupported (another protocol, a task
/// other than chat).
Result<Started> StartExternalModel(const resources::Model& model, const Surroundings& around);

}  // namespace argosy::local
