#include "resources/scaling.h"

namespace argosy::resources {

const Description<Objective>& Describe(const Objective*) {
    static const auto kDescription =
        Description<Objective>("Objective",
                               "What the scaler holds to; the one that asks for most decides.")
            .Field("ttft", &Objective::ttft, "Time to the first token, at the 95th percentile.")
            .Field("itl", &Objective::itl, "Time between tokens, at the 95th percentile.")
            .Field("queued", &Objective::queued, "Requests that wait, for each replica.",
                   {.min = 1})
            .Field("running", &Objective::running, "Requests that run, for each replica.",
                   {.min = 1})
            .Field("kvUse", &Objective::kv_use, "How full the KV cache is, from 0 to 1.",
                   {.min = 0.05, .max = 1});
    return kDescription;
}

const Description<Scaling>& Describe(const Scaling*) {
    static const auto kDescription =
        Description<Scaling>("Scaling", "How many replicas run, and what the scaler holds to.")
            .Field("min", &Scaling::min,
                   "Fewest replicas; 0 lets the model sleep while nobody asks.",
                   {.min = 0, .max = 1000})
            .Field("max", &Scaling::max, "Most replicas.", {.min = 1, .max = 1000})
            .Field("objective", &Scaling::objective,
                   "What the scaler holds to; without it, no request waits long.")
            .Field("idleAfter", &Scaling::idle_after,
                   "How long nobody asked before the last replica goes, where min is 0.")
            .Field("cooldown", &Scaling::cooldown, "How long load is low before a replica goes.")
            .Holds(NotMoreThan("min", "max"));
    return kDescription;
}

}  // namespace argosy::resources
