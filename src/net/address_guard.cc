#include "net/address_guard.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

namespace argosy {

namespace {

using Bytes16 = std::array<uint8_t, 16>;

struct Range4 {
    uint32_t network;
    int bits;
};

// IANA's IPv4 special-purpose registry, and multicast. 192.88.99.0/24 (old 6to4 relays) as well.
constexpr Range4 kSpecial4[] = {
    {0x00000000, 8},   // "this" network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared, of carriers and of some clusters
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local: metadata services of clouds
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, broadcast
};

bool IsPublic4(uint32_t address) {
    return std::ranges::none_of(kSpecial4, [address](const Range4& range) {
        return (address ^ range.network) >> (32 - range.bits) == 0;
    });
}

uint32_t Inner4(const Bytes16& bytes, size_t at) {
    return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 |
           uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

bool StartsWith(const Bytes16& bytes, std::initializer_list<uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// The IPv4 address that an IPv6 one leads to: mapped, translated (NAT64), 6to4.
std::optional<uint32_t> EmbeddedIn(const Bytes16& bytes) {
    if (StartsWith(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return Inner4(bytes, 12);
    if (StartsWith(bytes, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return Inner4(bytes, 12);
    if (StartsWith(bytes, {0x20, 0x02})) return Inner4(bytes, 2);
    return std::nullopt;
}

bool IsPublic6(const Bytes16& bytes) {
    if (const auto inner = EmbeddedIn(bytes)) return IsPublic4(*inner);
    // Only 2000::/3 is given out; within it Teredo and other assignments (2001::/23) and
    // documentation (2001:db8::/32, 3fff::/20) are special.
    if ((bytes[0] & 0xE0) != 0x20) return false;
    if (StartsWith(bytes, {0x20, 0x01}) && bytes[2] < 2) return false;
    if (StartsWith(bytes, {0x20, 0x01, 0x0D, 0xB8})) return false;
    return !(StartsWith(bytes, {0x3F, 0xFF}) && bytes[2] < 0x10);
}

}  // namespace

bool IsPublicAddress(const std::string& address) {
    in_addr four{};
    if (inet_pton(AF_INET, address.c_str(), &four) == 1) return IsPublic4(ntohl(four.s_addr));
    // "fe80::1%eth0": the zone does not change what range it is of.
    const std::string plain = address.substr(0, address.find('%'));
    Bytes16 six{};
    if (inet_pton(AF_INET6, plain.c_str(), six.data()) == 1) return IsPublic6(six);
    return false;
}

AddressGuard PublicAddressesOnly() {
    return [](const std::string&, const std::string& address) { return IsPublicAddress(address); };
}

std::string NumericAddress(const std::string& host) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    char text[NI_MAXHOST];
    if (getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) != 0) {
        return {};
    }
    return text;
}

Result<void> CheckAddress(const AddressGuard& guard, const std::string& host,
                          const std::string& address) {
    if (!guard || guard(host, address)) return {};
    return Err(ErrorCode::kPermissionDenied,
               "{} is at {}, an address of this machine or of a private network, which a URL from "
               "outside may not name; allow private addresses where it is meant",
               host, address);
}

}  // namespace argosy
