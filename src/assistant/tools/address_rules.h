// Which addresses a tool may reach: none of this machine's or its network's, unless the host is on
// the list of those allowed. Asked at the moment of connecting (net/address_guard.h). Pure.
#pragma once

#include <string>
#include <vector>

namespace argosy::assistant {

struct AddressRules {
    /// Hosts that may resolve to anything: "cart.shop.svc", ".internal.example" (and all below).
    std::vector<std::string> allowed_hosts;

    /// `host` as the URL has it; `address` what it resolved to.
    bool Allows(const std::string& host, const std::string& address) const;
};

}  // namespace argosy::assistant
