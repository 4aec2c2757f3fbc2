#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

namespace argosy {

namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

// What the first byte of a UTF-8 character says: its length, and the range of its second byte
// (Unicode 15, table 3-7). Length 0: not a first byte.
struct Lead {
    size_t length;
    unsigned char second_min, second_max;
};

Lead LeadOf(unsigned char byte) {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

// How many bytes at the start of `text` form a character, or the start of one.
size_t ValidPart(std::string_view text, const Lead& lead) {
    size_t i = 1;
    for (; i < lead.length && i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool good =
            i == 1 ? byte >= lead.second_min && byte <= lead.second_max : (byte & 0xC0) == 0x80;
        if (!good) break;
    }
    return i;
}

}  // namespace

std::string NearestWord(std::string_view word, std::span<const std::string> known) {
    std::string best;
    size_t best_distance = word.size() / 3 + 2;
    for (const std::string& each : known) {
        const size_t distance = EditDistance(word, each);
        if (distance < best_distance) {
            best_distance = distance;
            best = each;
        }
    }
    return best;
}

std::string FormatBytes(uint64_t bytes) {
    static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = static_cast<double>(bytes);
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
        value /= 1024;
        ++unit;
    }
    if (unit == 0 || value >= 99.95) return fmt::format("{:.0f} {}", value, kUnits[unit]);
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

bool ParseBytes(std::string_view text, uint64_t& bytes) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0) return false;
    std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    double factor = 1;
    if (!unit.empty() && unit != "B") {
        static constexpr std::string_view kLetters = "KMGTPE";
        const size_t power = kLetters.find(static_cast<char>(unit[0] & ~0x20));
        if (power == std::string_view::npos) return false;
        const std::string_view rest = unit.substr(1);
        if (!rest.empty() && rest != "i" && rest != "iB" && rest != "B") return false;
        const double base = rest == "B" ? 1000 : 1024;
        for (size_t i = 0; i <= power; ++i) factor *= base;
    }
    if (value * factor >= 1.8e19) return false;
    bytes = static_cast<uint64_t>(value * factor);
    return true;
}

size_t CompleteUtf8(std::string_view text) {
    // Only the last three bytes can begin a character that is not yet whole.
    for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
        const size_t at = text.size() - back;
        const Lead lead = LeadOf(static_cast<unsigned char>(text[at]));
        if (lead.length > back && ValidPart(text.substr(at), lead) == back) return at;
    }
    return text.size();
}

std::string SanitizeUtf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Lead lead = LeadOf(static_cast<unsigned char>(text[0]));
        const size_t valid = lead.length == 0 ? 1 : ValidPart(text, lead);
        if (lead.length != 0 && valid == lead.length) {
            out += text.substr(0, valid);
        } else {
            out += "\xEF\xBF\xBD";
        }
        text.remove_prefix(valid);
    }
    return out;
}

}  // namespace argosy
