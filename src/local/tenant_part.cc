#include "local/tenant_part.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "local/secrets.h"
#include "serve/api_keys.h"

namespace argosy::local {

Result<Started> StartTenant(const resources::Tenant& tenant, const Application& application,
                            const Surroundings& around) {
    const resources::TenantSpec& spec = tenant.spec;
    auto part = std::make_shared<Part>();
    for (const resources::ApiKey& key : spec.api_keys) {
        auto secret = ReadSecret(key.secret, around.environment);
        if (!secret) return At("apiKeys." + key.name, std::move(secret.error()));
        part->keys.push_back(std::move(*secret));
    }
    part->models = spec.models;
    for (const std::string& model : spec.models) {  // a Route is asked for by its public names
        const auto route = application.routes.find(model);
        if (route == application.routes.end()) continue;
        const auto& names = route->second.spec.names;
        part->models.insert(part->models.end(), names.begin(), names.end());
    }
    std::vector<std::string> warnings;
    const resources::RateLimits& limits = spec.limits;
    if (limits.tokens_per_minute || limits.requests_per_minute || limits.concurrent_requests) {
        warnings.push_back("limits hold behind a gateway only");
    }
    if (spec.budget) warnings.push_back("the budget holds behind a gateway only");
    return Started{
        std::move(part),
        fmt::format("{} key{}, may ask for {}", spec.api_keys.size(),
                    spec.api_keys.size() == 1 ? "" : "s",
                    spec.models.empty() ? "all" : fmt::format("{}", fmt::join(spec.models, ", "))),
        std::move(warnings)};
}

std::optional<serve::ApiError> RefuseModel(const std::vector<PartPtr>& tenants,
                                           const ServerRequest& request, const std::string& model) {
    for (const PartPtr& tenant : tenants) {
        // By the same comparison as at the door, which tells nothing about keys by its time.
        if (tenant->keys.empty() || serve::ApiKeys(tenant->keys).Check(request)) continue;
        if (tenant->models.empty() ||
            std::ranges::find(tenant->models, model) != tenant->models.end()) {
            return std::nullopt;
        }
        serve::ApiError error =
            serve::FromStatus(403, fmt::format("This key may not ask for '{}'; it may ask for {}",
                                               model, fmt::join(tenant->models, ", ")));
        error.param = "model";
        return error;
    }
    return std::nullopt;
}

}  // namespace argosy::local
