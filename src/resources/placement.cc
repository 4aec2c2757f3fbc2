#include "resources/placement.h"

namespace argosy::resources {

std::span<const Choice<AcceleratorKind>> Choices(AcceleratorKind) {
    static constexpr Choice<AcceleratorKind> kChoices[] = {
        {AcceleratorKind::kCpu, "cpu", "no accelerator"},
        {AcceleratorKind::kNvidia, "nvidia", "NVIDIA GPUs"},
        {AcceleratorKind::kNeuron, "neuron", "AWS Inferentia and Trainium"}};
    return kChoices;
}

std::span<const Choice<Sharing>> Choices(Sharing) {
    static constexpr Choice<Sharing> kChoices[] = {
        {Sharing::kWhole, "whole", "GPUs of its own"},
        {Sharing::kMig, "mig", "a slice that the hardware keeps apart, as profile says"},
        {Sharing::kTimeSlice, "time-slice", "turns on a GPU; memory is not kept apart"},
        {Sharing::kMps, "mps", "a share of a GPU at the same time as others"}};
    return kChoices;
}

std::span<const Choice<Capacity>> Choices(Capacity) {
    static constexpr Choice<Capacity> kChoices[] = {
        {Capacity::kOnDemand, "on-demand", "bought by the hour"},
        {Capacity::kSpot, "spot", "cheap, and taken away at short notice"},
        {Capacity::kReserved, "reserved", "paid for already"}};
    return kChoices;
}

const Description<Accelerator>& Describe(const Accelerator*) {
    static const auto kDescription =
        Description<Accelerator>("Accelerator", "What each replica computes on.")
            .Field("kind", &Accelerator::kind, "The kind of accelerator.")
            .Field("count", &Accelerator::count,
                   "How many of them for each replica; 1 if not said.", {.min = 1, .max = 64})
            .Field("sharing", &Accelerator::sharing,
                   "Whether a GPU is shared and how; whole if not said.")
            .Field("profile", &Accelerator::profile, "The MIG profile, for sharing mig.",
                   {.pattern = "^[1-7]g\\.[0-9]+gb(\\+me)?$", .what = "a profile such as 1g.10gb"})
            .Field("memory", &Accelerator::memory,
                   "Memory that each has at least, or that the share has.")
            .Field("products", &Accelerator::products,
                   "Products that will do, best first, e.g. L4, H100; any if not said.",
                   {.min_items = 1})
            .Holds(OnlyFor("kind", {"nvidia", "neuron"}, {"count", "memory", "products"}))
            .Holds(OnlyFor("kind", {"nvidia"}, {"sharing"}))
            .Holds(Needs("sharing", {"mig"}, {"profile"}))
            .Holds(OnlyFor("sharing", {"mig"}, {"profile"}));
    return kDescription;
}

const Description<Compute>& Describe(const Compute*) {
    static const auto kDescription =
        Description<Compute>("Compute", "CPU and memory of each replica.")
            .Field("cpu", &Compute::cpu, "CPUs; on one machine, threads (rounded up).")
            .Field("memory", &Compute::memory,
                   "Memory; a model that needs more is refused before it is loaded.");
    return kDescription;
}

const Description<Toleration>& Describe(const Toleration*) {
    static const auto kDescription =
        Description<Toleration>("Toleration", "A taint of nodes that replicas put up with.")
            .Field("key", &Toleration::key, "The taint's key.",
                   {.required = true, .max_length = 317})
            .Field("value", &Toleration::value, "The taint's value; any if not said.",
                   {.max_length = 63})
            .Field("effect", &Toleration::effect, "The taint's effect; any if not said.",
                   {.pattern = "^(NoSchedule|PreferNoSchedule|NoExecute)$",
                    .what = "NoSchedule, PreferNoSchedule or NoExecute"});
    return kDescription;
}

const Description<Placement>& Describe(const Placement*) {
    static const auto kDescription =
        Description<Placement>("Placement", "Where replicas may run in a cluster.")
            .Field("zones", &Placement::zones, "Zones to spread over; all if not said.",
                   {.max_length = 63})
            .Field("capacity", &Placement::capacity,
                   "How nodes are bought, most wanted first; as the cluster has them if not said.",
                   {.max_items = 3})
            .Field("nodeSelector", &Placement::node_selector, "Labels that nodes have to have.",
                   {.max_length = 63})
            .Field("tolerations", &Placement::tolerations, "Taints that replicas put up with.")
            .Field("priorityClass", &Placement::priority_class, "The pods' PriorityClass.",
                   {.max_length = 253});
    return kDescription;
}

}  // namespace argosy::resources
