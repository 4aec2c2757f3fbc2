#include "resources/tenant.h"

namespace argosy::resources {

std::span<const Choice<Period>> Choices(Period) {
    static constexpr Choice<Period> kChoices[] = {{Period::kDay, "day", "from midnight UTC"},
                                                  {Period::kWeek, "week", "from Monday UTC"},
                                                  {Period::kMonth, "month", "from the first UTC"}};
    return kChoices;
}

std::span<const Choice<Priority>> Choices(Priority) {
    static constexpr Choice<Priority> kChoices[] = {
        {Priority::kLow, "low", "waits where others ask"},
        {Priority::kNormal, "normal", "takes its turn"},
        {Priority::kHigh, "high", "goes before the others"}};
    return kChoices;
}

const Description<ApiKey>& Describe(const ApiKey*) {
    static const auto kDescription =
        Description<ApiKey>("ApiKey", "A key that requests of this tenant show.")
            .Field("name", &ApiKey::name, "What it is called in logs and reports.",
                   {.required = true, .max_length = 100})
            .Field("secret", &ApiKey::secret, "Where the key is found.", {.required = true});
    return kDescription;
}

const Description<RateLimits>& Describe(const RateLimits*) {
    static const auto kDescription =
        Description<RateLimits>("RateLimits",
                                "How much may be asked; no limit where none is given.")
            .Field("tokensPerMinute", &RateLimits::tokens_per_minute,
                   "Tokens of prompts and answers in a minute.", {.min = 1})
            .Field("requestsPerMinute", &RateLimits::requests_per_minute, "Requests in a minute.",
                   {.min = 1})
            .Field("concurrentRequests", &RateLimits::concurrent_requests,
                   "Requests at the same time.", {.min = 1});
    return kDescription;
}

const Description<Budget>& Describe(const Budget*) {
    static const auto kDescription =
        Description<Budget>("Budget", "How much money may be spent; then requests are refused.")
            .Field("amount", &Budget::amount, "The money for a period.", {.required = true})
            .Field("period", &Budget::period, "How long it has to last.")
            .Field("warnPercent", &Budget::warn_percent, "How much of it is spent at a warning.",
                   {.min = 0, .max = 100});
    return kDescription;
}

const Description<TenantSpec>& Describe(const TenantSpec*) {
    static const auto kDescription =
        Description<TenantSpec>("TenantSpec",
                                "Who asks, with which keys, how much, and for how much money.")
            .Field("apiKeys", &TenantSpec::api_keys, "Keys of which requests show one.",
                   {.required = true, .min_items = 1, .key = "name"})
            .Field("models", &TenantSpec::models,
                   "The Models, Routes and Assistants that may be asked; all if not said.",
                   {.max_length = 253, .refers_to = {"Model", "Route", "Assistant"}})
            .Field("limits", &TenantSpec::limits, "How much may be asked.")
            .Field("budget", &TenantSpec::budget, "How much money may be spent.")
            .Field("priority", &TenantSpec::priority, "Who goes first where all can't.");
    return kDescription;
}

}  // namespace argosy::resources
