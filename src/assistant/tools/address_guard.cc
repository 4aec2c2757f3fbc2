#include "assistant/tools/address_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "net/headers.h"

namespace argosy::assistant {

namespace {

struct Range4 {
    uint32_t base;
    int bits;
};
// IANA's special-purpose registry (RFC 6890 and its successors), as far as nothing public is there.
constexpr Range4 kNotPublic4[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
    {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
    {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4}};

bool IsPublic4(uint32_t address) {
    return std::ranges::none_of(kNotPublic4, [address](const Range4& range) {
        return (address ^ range.base) >> (32 - range.bits) == 0;
    });
}

using Bytes16 = std::array<uint8_t, 16>;

uint32_t Four(const Bytes16& bytes, size_t at) {
    return static_cast<uint32_t>(bytes[at]) << 24 | static_cast<uint32_t>(bytes[at + 1]) << 16 |
           static_cast<uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
}

bool IsPublic6(const Bytes16& bytes) {
    const bool zeros =
        std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; });
    if (zeros && bytes[10] == 0xFF && bytes[11] == 0xFF) return IsPublic4(Four(bytes, 12));
    const uint32_t head = Four(bytes, 0);
    if (head == 0x0064FF9B)
        return Four(bytes, 4) == 0 && Four(bytes, 8) == 0 && IsPublic4(Four(bytes, 12));  // NAT64
    if (head >> 16 == 0x2002) return IsPublic4(Four(bytes, 2));                           // 6to4
    if (head >> 9 == 0x20010000 >> 9) return false;  // Teredo, ORCHID and others
    if (head == 0x20010DB8) return false;            // documentation
    return head >> 29 == 1;                          // 2000::/3 is all that is given out
}

bool IsHost(std::string_view host, std::string_view allowed) {
    if (!allowed.starts_with('.')) return EqualsIgnoreCase(host, allowed);
    return host.size() > allowed.size() &&
           EqualsIgnoreCase(host.substr(host.size() - allowed.size()), allowed);
}

}  // namespace

bool IsPublicAddress(std::string_view address) {
    const std::string text(address.substr(0, address.find('%')));
    in_addr four{};
    if (inet_pton(AF_INET, text.c_str(), &four) == 1) return IsPublic4(ntohl(four.s_addr));
    Bytes16 bytes{};
    return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 && IsPublic6(bytes);
}

bool AddressRules::Allows(std::string_view host, std::string_view address) const {
    if (IsPublicAddress(address)) return true;
    return std::ranges::any_of(allowed_hosts,
                               [&](const std::string& allowed) { return IsHost(host, allowed); });
}

}  // namespace argosy::assistant
