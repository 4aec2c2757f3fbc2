// Where a secret is found. A declaration never holds the secret itself, so that the file can be
// shown and committed.
#pragma once

#include <optional>
#include <string>

#include "resources/describe/description.h"

namespace argosy::resources {

struct SecretKeyRef {
    std::string name;
    std::string key;

    bool operator==(const SecretKeyRef&) const = default;
};
const Description<SecretKeyRef>& Describe(const SecretKeyRef*);

/// On one machine `env` is looked at first, then `file`; in a cluster `secret_key_ref` is.
struct SecretRef {
    std::optional<std::string> env;
    std::optional<std::string> file;
    std::optional<SecretKeyRef> secret_key_ref;

    bool operator==(const SecretRef&) const = default;
};
const Description<SecretRef>& Describe(const SecretRef*);

}  // namespace argosy::resources
