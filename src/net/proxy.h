// Which proxy a request goes through, by the environment variables that curl and Go honour.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "net/url.h"

namespace argosy {

/// Value of an environment variable, empty where unset. Given, so that decisions stay pure.
using Environment = std::function<std::string(const char* name)>;
std::string ProcessEnvironment(const char* name);

/// The proxy's URL for a target, or nothing for a direct connection. http_proxy, https_proxy and
/// all_proxy in lower or upper case (HTTP_PROXY only where REQUEST_METHOD is unset: httpoxy);
/// no_proxy is a comma list of "*", hosts, ".domains" and "host:port". Loopback is always direct.
/// kInvalidArgument for a proxy URL that is none, kUnsupported for one that is not http.
Result<std::optional<Url>> ProxyFor(const Url& target, const Environment& environment);

}  // namespace argosy
