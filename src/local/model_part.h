// A Model as it runs on one machine: on our own engine, or at somebody's OpenAI-compatible API.
#pragma once

#include "local/reconciler.h"
#include "local/surroundings.h"
#include "serve/model_host.h"

namespace argosy::local {

/// What the model's declaration asks of the engine. Errors: kNotFound (shipped model, template,
/// secret), kUnsupported (a source that only a cluster knows), kInvalidArgument (draft and the
/// like).
Result<serve::HostOptions> HostOptionsOf(const resources::Model& model, const Surroundings& around);

/// Blocks while the model is fetched and loaded. Errors: the above, ModelHost::Open's, kUnsupported
/// for engines that run in a cluster only, with what to declare instead.
Result<Started> StartModel(const resources::Model& model, const Surroundings& around,
                           const StartContext& context);

}  // namespace argosy::local
