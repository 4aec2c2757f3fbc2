// Which addresses a tool may reach: none of this machine's or its network's, unless the host is on
// the list of those allowed. Decided on the resolved address at the moment of connecting, so that a
// name that resolves otherwise the second time gains nothing. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace argosy::assistant {

/// Whether a numeric IPv4 or IPv6 address is one of the open Internet: not loopback, private,
/// link-local (with the clouds' metadata services), shared, multicast, documentation, unspecified,
/// reserved, nor an IPv4 of those kinds within IPv6 (mapped, NAT64, 6to4). False for what is no
/// address.
bool IsPublicAddress(std::string_view address);

struct AddressRules {
    /// Hosts that may resolve to anything: "cart.shop.svc", ".internal.example" (and all below).
    std::vector<std::string> allowed_hosts;

    /// `host` as the URL has it; `address` what it resolved to.
    bool Allows(std::string_view host, std::string_view address) const;
};

}  // namespace argosy::assistant
