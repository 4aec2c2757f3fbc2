// What every resource has besides its spec: a name, and marks for people and tools.
#pragma once

#include <map>
#include <string>

#include "resources/describe/check.h"
#include "resources/describe/description.h"

namespace argosy::resources {

inline constexpr const char* kGroup = "argosy.dev";
inline constexpr const char* kVersion = "v1alpha1";
inline constexpr const char* kApiVersion = "argosy.dev/v1alpha1";

/// A name as Kubernetes takes it for an object and a part of a host name.
inline constexpr const char* kNamePattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
inline constexpr const char* kNameWhat =
    "a name: 1 to 63 of a-z, 0-9 and '-', with a letter or digit first and last";

struct Metadata {
    std::string name;
    std::string namespace_;  // "" is the namespace that it is applied to
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;

    bool operator==(const Metadata&) const = default;
};
const Description<Metadata>& Describe(const Metadata*);

/// A resource of any kind, which its Spec tells.
template <typename Spec>
struct Resource {
    Metadata metadata;
    Spec spec;
    std::string file;  // empty where it came from no file
    Places places;     // of its fields in the file

    /// Whether the same is declared, wherever it stands.
    bool operator==(const Resource& other) const {
        return metadata == other.metadata && spec == other.spec;
    }
};

}  // namespace argosy::resources
