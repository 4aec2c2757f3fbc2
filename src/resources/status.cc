#include "resources/status.h"

namespace argosy::resources {

const Description<Condition>& Describe(const Condition*) {
    static const auto kDescription =
        Description<Condition>("Condition", "One thing that is so, is not so, or is not known.")
            .Field("type", &Condition::type, "What: Ready, Progressing or Degraded.",
                   {.required = true, .max_length = 316})
            .Field("status", &Condition::status, "Whether it is so.",
                   {.required = true,
                    .pattern = "^(True|False|Unknown)$",
                    .what = "True, False or Unknown"})
            .Field("reason", &Condition::reason, "Why, in one word.", {.required = true})
            .Field("message", &Condition::message, "Why, and what to do, for a person.",
                   {.max_length = 32'768})
            .Field("lastTransitionTime", &Condition::last_transition_time,
                   "When status changed last.", {.required = true, .max_length = 64})
            .Field("observedGeneration", &Condition::observed_generation,
                   "The generation of the spec that this is about.", {.min = 0});
    return kDescription;
}

const Description<Status>& Describe(const Status*) {
    static const auto kDescription =
        Description<Status>("Status", "What the operator says. It writes it; leave it out.")
            .Field("observedGeneration", &Status::observed_generation,
                   "The generation of the spec that was seen last.", {.min = 0})
            .Field("conditions", &Status::conditions, "What is so, with the reason.",
                   {.max_items = 16, .key = "type"})
            .Field("address", &Status::address, "Where it answers.")
            .Field("replicas", &Status::replicas, "Replicas that exist.", {.min = 0})
            .Field("readyReplicas", &Status::ready_replicas, "Replicas that answer.", {.min = 0})
            .Field("selector", &Status::selector, "The label selector of the replicas' pods.");
    return kDescription;
}

}  // namespace argosy::resources
