// Kinds as people type them. Pure.
#pragma once

#include <string_view>

#include "base/error.h"
#include "resources/kinds.h"

namespace argosy::local {

/// "Model", "model", "models" and "mdl" are one kind. kInvalidArgument lists what there is.
Result<resources::Kind> ParseKind(std::string_view text);
/// "assistant/shop", or "assistant shop" as two words were joined by '/'. kInvalidArgument where
/// one half is missing.
Result<resources::ResourceId> ParseResourceId(std::string_view text);

/// "assistant/shop", as the commands take it.
std::string ShortName(const resources::ResourceId& id);

}  // namespace argosy::local
