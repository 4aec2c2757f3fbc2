// The declaration of an Assistant as the assistant room takes it. Pure.
#pragma once

#include <string>
#include <vector>

#include "assistant/chain/config.h"
#include "resources/application.h"

namespace argosy::local {

/// What one machine cannot do of it is added to `warnings`. `model`: the sampling of the Model that
/// answers, where it is known; the assistant's own wins.
assistant::AssistantConfig AssistantConfigOf(const resources::Assistant& assistant,
                                             const resources::Sampling& model,
                                             std::vector<std::string>& warnings);

}  // namespace argosy::local
