// Tenant: who asks, with which keys, how much, and for how much money.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/metadata.h"
#include "resources/secret_ref.h"

namespace argosy::resources {

struct ApiKey {
    std::string name;
    SecretRef secret;

    bool operator==(const ApiKey&) const = default;
};
const Description<ApiKey>& Describe(const ApiKey*);

struct RateLimits {
    std::optional<int> tokens_per_minute;
    std::optional<int> requests_per_minute;
    std::optional<int> concurrent_requests;

    bool operator==(const RateLimits&) const = default;
};
const Description<RateLimits>& Describe(const RateLimits*);

enum class Period { kDay, kWeek, kMonth };
std::span<const Choice<Period>> Choices(Period);

struct Budget {
    MicroDollars amount;
    Period period = Period::kMonth;
    double warn_percent = 80;

    bool operator==(const Budget&) const = default;
};
const Description<Budget>& Describe(const Budget*);

enum class Priority { kLow, kNormal, kHigh };
std::span<const Choice<Priority>> Choices(Priority);

struct TenantSpec {
    std::vector<ApiKey> api_keys;
    std::vector<std::string> models;
    RateLimits limits;
    std::optional<Budget> budget;
    Priority priority = Priority::kNormal;

    bool operator==(const TenantSpec&) const = default;
};
const Description<TenantSpec>& Describe(const TenantSpec*);
using Tenant = Resource<TenantSpec>;

}  // namespace argosy::resources
