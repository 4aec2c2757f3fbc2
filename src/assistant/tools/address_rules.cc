#include "assistant/tools/address_rules.h"

#include <algorithm>
#include <string_view>

#include "net/address_guard.h"
#include "net/headers.h"

namespace argosy::assistant {

namespace {

bool IsHost(std::string_view host, std::string_view allowed) {
    if (!allowed.starts_with('.')) return EqualsIgnoreCase(host, allowed);
    return host.size() > allowed.size() &&
           EqualsIgnoreCase(host.substr(host.size() - allowed.size()), allowed);
}

}  // namespace

bool AddressRules::Allows(const std::string& host, const std::string& address) const {
    if (IsPublicAddress(address)) return true;
    return std::ranges::any_of(allowed_hosts,
                               [&](const std::string& allowed) { return IsHost(host, allowed); });
}

}  // namespace argosy::assistant
