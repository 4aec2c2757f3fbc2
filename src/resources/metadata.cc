#include "resources/metadata.h"

namespace argosy::resources {

const Description<Metadata>& Describe(const Metadata*) {
    static const auto kDescription =
        Description<Metadata>("Metadata", "The name of a resource, and marks for people and tools.")
            .Field("name", &Metadata::name,
                   "Its name; no two resources of a kind share one in an application.",
                   {.required = true, .pattern = kNamePattern, .what = kNameWhat})
            .Field("namespace", &Metadata::namespace_,
                   "The Kubernetes namespace; without one, that in which it is applied. "
                   "One machine has no namespaces and leaves it aside.",
                   {.pattern = kNamePattern, .what = kNameWhat})
            .Field("labels", &Metadata::labels, "Marks to select resources by.")
            .Field("annotations", &Metadata::annotations, "Notes that tools keep at the resource.",
                   {.max_length = 65'536});
    return kDescription;
}

}  // namespace argosy::resources
