// Tenants on one machine: whose key a request shows, and which models it may ask for.
#pragma once

#include "local/reconciler.h"
#include "local/surroundings.h"

namespace argosy::local {

/// Errors: kNotFound where the secret of a key is not there; none of its keys opens anything then.
Result<Started> StartTenant(const resources::Tenant& tenant, const Application& application,
                            const Surroundings& around);

/// Refuses with 403 what the key's tenant may not ask for; a key of no tenant may ask for all.
std::optional<serve::ApiError> RefuseModel(const std::vector<PartPtr>& tenants,
                                           const ServerRequest& request, const std::string& model);

}  // namespace argosy::local
