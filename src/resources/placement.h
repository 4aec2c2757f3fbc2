// What a replica computes on and where it may run.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/describe/description.h"

namespace argosy::resources {

enum class AcceleratorKind { kCpu, kNvidia, kNeuron };
std::span<const Choice<AcceleratorKind>> Choices(AcceleratorKind);

enum class Sharing { kWhole, kMig, kTimeSlice, kMps };
std::span<const Choice<Sharing>> Choices(Sharing);

struct Accelerator {
    AcceleratorKind kind = AcceleratorKind::kCpu;
    std::optional<int> count;
    std::optional<Sharing> sharing;
    std::optional<std::string> profile;
    std::optional<Bytes> memory;
    std::vector<std::string> products;

    bool operator==(const Accelerator&) const = default;
};
const Description<Accelerator>& Describe(const Accelerator*);

struct Compute {
    std::optional<MilliCpu> cpu;
    std::optional<Bytes> memory;

    bool operator==(const Compute&) const = default;
};
const Description<Compute>& Describe(const Compute*);

enum class Capacity { kOnDemand, kSpot, kReserved };
std::span<const Choice<Capacity>> Choices(Capacity);

struct Toleration {
    std::string key;
    std::optional<std::string> value;
    std::optional<std::string> effect;

    bool operator==(const Toleration&) const = default;
};
const Description<Toleration>& Describe(const Toleration*);

struct Placement {
    std::vector<std::string> zones;
    std::vector<Capacity> capacity;
    std::map<std::string, std::string> node_selector;
    std::vector<Toleration> tolerations;
    std::optional<std::string> priority_class;

    bool operator==(const Placement&) const = default;
};
const Description<Placement>& Describe(const Placement*);

}  // namespace argosy::resources
