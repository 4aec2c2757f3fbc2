// An Assistant as it runs on one machine.
#pragma once

#include "local/reconciler.h"
#include "local/surroundings.h"

namespace argosy::local {

/// Errors: the session store's, kNotFound (a secret).
Result<Started> StartAssistant(const resources::Assistant& assistant,
                               const Application& application, const Surroundings& around,
                               const Parts& running);

}  // namespace argosy::local
