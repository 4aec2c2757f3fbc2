// Personal data in text: e-mail addresses, phone numbers, payment cards (Luhn), IBANs (mod 97), US
// social security numbers and IPv4 addresses. Found by place and kind, so that a report need never
// repeat the value, and maskable. Pure functions; time is linear in the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::lifecycle {

enum class PiiKind { kEmail, kIban, kCard, kSsn, kIpv4, kPhone };
inline constexpr PiiKind kAllPiiKinds[] = {PiiKind::kEmail, PiiKind::kIban, PiiKind::kCard,
                                           PiiKind::kSsn,   PiiKind::kIpv4, PiiKind::kPhone};

/// "email", "iban", "card", "ssn", "ipv4", "phone": as reports have it.
const char* ToString(PiiKind kind);
/// "[EMAIL]" ...: what stands in the value's place once it is masked.
const char* PiiMask(PiiKind kind);

struct PiiMatch {
    PiiKind kind;
    size_t offset;  // bytes
    size_t length;
    bool operator==(const PiiMatch&) const = default;
};

/// In order, without overlaps. Where two kinds fit, the one with the stricter form wins.
std::vector<PiiMatch> FindPii(std::string_view text);
/// The text with each match replaced by its mask; nothing is found in the result.
std::string MaskPii(std::string_view text);

}  // namespace argosy::lifecycle
