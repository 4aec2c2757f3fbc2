#include "resources/describe/units.h"

#include <fmt/format.h>

#include <charconv>

namespace argosy::resources {

namespace {

struct Suffix {
    std::string_view text;
    int64_t factor;
};

// Longest first where one begins another.
constexpr Suffix kTimes[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Suffix kSizes[] = {{"Ki", int64_t{1} << 10},
                             {"Mi", int64_t{1} << 20},
                             {"Gi", int64_t{1} << 30},
                             {"Ti", int64_t{1} << 40},
                             {"k", 1000},
                             {"M", 1'000'000},
                             {"G", 1'000'000'000},
                             {"T", 1'000'000'000'000}};
constexpr int64_t kMost = int64_t{1} << 49;
constexpr int64_t kMostTime = int64_t{36'525} * 86'400'000;

// Digits at the start of the text, taken off it; nothing where there are none or more than
// `digits`.
std::optional<int64_t> TakeDigits(std::string_view& text, size_t digits) {
    size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
    if (count == 0 || count > digits) return std::nullopt;
    int64_t value = 0;
    std::from_chars(text.data(), text.data() + count, value);
    text.remove_prefix(count);
    return value;
}

// "12.34" as 12'340'000 for six places.
std::optional<int64_t> TakeDecimal(std::string_view& text, size_t digits, size_t places) {
    const auto whole = TakeDigits(text, digits);
    if (!whole) return std::nullopt;
    int64_t scale = 1;
    for (size_t i = 0; i < places; ++i) scale *= 10;
    int64_t value = *whole * scale;
    if (!text.starts_with('.')) return value;
    text.remove_prefix(1);
    const size_t before = text.size();
    const auto part = TakeDigits(text, places);
    if (!part) return std::nullopt;
    for (size_t i = 0; i < before - text.size(); ++i) scale /= 10;
    return value + *part * scale;
}

std::string FormatDecimal(int64_t value, int64_t scale) {
    const int64_t rest = value % scale;
    if (rest == 0) return fmt::format("{}", value / scale);
    std::string places = fmt::format("{}", scale + rest).substr(1);
    places.erase(places.find_last_not_of('0') + 1);
    return fmt::format("{}.{}", value / scale, places);
}

}  // namespace

const Unit kDurationUnit{"duration", "^([0-9]{1,9}(ms|s|m|h|d))+$", "30s", false,
                         [](std::string_view text) { return ParseDuration(text).has_value(); }};
const Unit kBytesUnit{"size", "^[0-9]{1,15}(\\.[0-9]{1,3})?(k|M|G|T|Ki|Mi|Gi|Ti)?$", "8Gi", false,
                      [](std::string_view text) { return ParseQuantity(text).has_value(); }};
const Unit kCpuUnit{"CPU", "^([0-9]{1,6}(\\.[0-9]{1,3})?|[0-9]{1,9}m)$", "500m", true,
                    [](std::string_view text) { return ParseCpu(text).has_value(); }};
const Unit kMoneyUnit{"money", "^\\$[0-9]{1,9}(\\.[0-9]{1,6})?$", "$12.50", false,
                      [](std::string_view text) { return ParseMoney(text).has_value(); }};

std::optional<Duration> ParseDuration(std::string_view text) {
    int64_t total = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        const auto count = TakeDigits(text, 9);
        if (!count) return std::nullopt;
        const Suffix* unit = nullptr;
        for (const Suffix& each : kTimes) {
            if (unit == nullptr && text.starts_with(each.text)) unit = &each;
        }
        if (unit == nullptr) return std::nullopt;
        text.remove_prefix(unit->text.size());
        total += *count * unit->factor;
        if (total > kMostTime) return std::nullopt;
    }
    return Duration(total);
}

std::optional<Bytes> ParseQuantity(std::string_view text) {
    const auto thousandths = TakeDecimal(text, 15, 3);
    if (!thousandths) return std::nullopt;
    int64_t factor = text.empty() ? 1 : 0;
    for (const Suffix& each : kSizes) {
        if (text == each.text) factor = each.factor;
    }
    if (factor == 0 || *thousandths / 1000 > kMost / factor) return std::nullopt;
    // Whole part and fraction apart, so that neither overflows.
    return Bytes{*thousandths / 1000 * factor + *thousandths % 1000 * factor / 1000};
}

std::optional<MilliCpu> ParseCpu(std::string_view text) {
    if (text.ends_with('m')) {
        text.remove_suffix(1);
        const auto milli = TakeDigits(text, 9);
        return milli && text.empty() ? std::optional(MilliCpu{*milli}) : std::nullopt;
    }
    const auto milli = TakeDecimal(text, 6, 3);
    return milli && text.empty() ? std::optional(MilliCpu{*milli}) : std::nullopt;
}

std::optional<MicroDollars> ParseMoney(std::string_view text) {
    if (!text.starts_with('$')) return std::nullopt;
    text.remove_prefix(1);
    const auto micro = TakeDecimal(text, 9, 6);
    return micro && text.empty() ? std::optional(MicroDollars{*micro}) : std::nullopt;
}

std::string Format(Duration duration) {
    if (duration.count() == 0) return "0s";
    std::string text;
    int64_t rest = duration.count();
    for (size_t i = std::size(kTimes); i-- > 0;) {
        if (const int64_t count = rest / kTimes[i].factor; count > 0) {
            text += fmt::format("{}{}", count, kTimes[i].text);
            rest %= kTimes[i].factor;
        }
    }
    return text;
}

std::string Format(Bytes bytes) {
    for (size_t i = 4; i-- > 0;) {  // the units of 1024
        if (bytes.value > 0 && bytes.value % kSizes[i].factor == 0) {
            return fmt::format("{}{}", bytes.value / kSizes[i].factor, kSizes[i].text);
        }
    }
    return fmt::format("{}", bytes.value);
}

std::string Format(MilliCpu cpu) {
    return cpu.value % 1000 == 0 ? fmt::format("{}", cpu.value / 1000)
                                 : fmt::format("{}m", cpu.value);
}

std::string Format(MicroDollars money) { return "$" + FormatDecimal(money.value, 1'000'000); }

}  // namespace argosy::resources
