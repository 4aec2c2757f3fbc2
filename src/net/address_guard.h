// Which addresses a request may go to when its URL comes from outside (a catalogue's link, a tool's
// argument): not this machine, not the network around it, not a cloud's metadata service. Given to
// HttpClient it is asked at each connect, after the name is resolved, so neither a redirect nor a
// name that changes its address gets around it.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"

namespace argosy {

/// Says whether an address ("192.0.2.7", "2001:db8::1") that a host has may be connected to.
using AddressGuard = std::function<bool(const std::string& host, const std::string& address)>;

/// False for loopback, private, link-local, shared (RFC 6598), multicast, documentation and other
/// special-purpose ranges of IPv4 and IPv6 (IANA's registries), for IPv4 inside IPv6 by the inner
/// address, and for text that is no address.
bool IsPublicAddress(const std::string& address);
/// Whatever the host, public addresses only.
AddressGuard PublicAddressesOnly();

/// The address that a host is by itself ("127.1", "0x7f000001", "::1"), without asking a name
/// server; empty for a name.
std::string NumericAddress(const std::string& host);

/// kPermissionDenied where the guard is set and refuses the address that `host` has.
Result<void> CheckAddress(const AddressGuard& guard, const std::string& host,
                          const std::string& address);

}  // namespace argosy
