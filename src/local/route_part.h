// A Route on one machine: which of the models that are there answers a request.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "local/reconciler.h"

namespace argosy::local {

/// Chooses among the backends that are `ready`, by their weights; the canary first where the
/// request has its header or `random` (0 up to 1) says so. Where none is ready, the first fallback
/// that is. Nothing where there is no such model. Pure.
std::optional<std::string> ChooseBackend(const resources::RouteSpec& route,
                                         const std::function<bool(const std::string&)>& ready,
                                         bool canary_header, double random);

/// Errors: kUnavailable where none of its models is there.
Result<Started> StartRoute(const resources::Route& route, const Application& application,
                           const Parts& running);

}  // namespace argosy::local
