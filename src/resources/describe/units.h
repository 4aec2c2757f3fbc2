// Quantities with their unit in the text: "30s", "8Gi", "500m", "$12.50".
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace argosy::resources {

using Duration = std::chrono::milliseconds;

struct Bytes {
    int64_t value = 0;
    auto operator<=>(const Bytes&) const = default;
};

struct MilliCpu {
    int64_t value = 0;
    auto operator<=>(const MilliCpu&) const = default;
};

struct MicroDollars {
    int64_t value = 0;
    auto operator<=>(const MicroDollars&) const = default;
};

/// What parsers, schemas and docs need to know of a unit.
struct Unit {
    std::string_view name;     // "duration"
    std::string_view pattern;  // ECMA and RE2 alike; what Parse takes
    std::string_view example;  // "30s"
    bool whole_numbers;        // a bare whole number is right too
    bool (*is_valid)(std::string_view text);
};
extern const Unit kDurationUnit, kBytesUnit, kCpuUnit, kMoneyUnit;

/// "1h30m", "250ms"; units ms, s, m, h and d. Nothing where it is none, or longer than 100 years.
std::optional<Duration> ParseDuration(std::string_view text);
/// As Kubernetes reads it: "8Gi" (1024s), "8G" (1000s), "4096". Nothing where it is none or more
/// than 2^49 (half a pebibyte).
std::optional<Bytes> ParseQuantity(std::string_view text);
/// "2", "0.5" or "500m".
std::optional<MilliCpu> ParseCpu(std::string_view text);
/// "$12.50", to a millionth.
std::optional<MicroDollars> ParseMoney(std::string_view text);

/// What the parsers above read again as the same.
std::string Format(Duration duration);
std::string Format(Bytes bytes);
std::string Format(MilliCpu cpu);
std::string Format(MicroDollars money);

}  // namespace argosy::resources
