// Secrets on one machine: an environment variable, or a file. Their values go to where they are
// used and nowhere else.
#pragma once

#include <string>

#include "base/error.h"
#include "net/proxy.h"
#include "resources/secret_ref.h"

namespace argosy::local {

/// The variable first, then the file, whose last line break is left off. kNotFound says where it
/// was looked for; kInvalidArgument for one that is empty.
Result<std::string> ReadSecret(const resources::SecretRef& ref, const Environment& environment);

}  // namespace argosy::local
