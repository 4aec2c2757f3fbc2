#include "console/content_coding.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include "net/headers.h"

namespace argosy::console {

namespace {

constexpr std::string_view kSpace = " \t";

std::string_view Trimmed(std::string_view text) {
    const size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// The text before the first `mark`, which is taken off `rest` with it.
std::string_view TakeUntil(std::string_view& rest, char mark) {
    const size_t at = std::min(rest.find(mark), rest.size());
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return Trimmed(part);
}

/// "q=0.5" among the parameters; 1 where there is none, 0 where it cannot be read.
double Quality(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view one = TakeUntil(parameters, ';');
        if (!one.starts_with("q=") && !one.starts_with("Q=")) continue;
        const std::string number(one.substr(2));
        char* end = nullptr;
        const double value = std::strtod(number.c_str(), &end);
        return end != number.c_str() && *end == '\0' ? std::clamp(value, 0.0, 1.0) : 0;
    }
    return 1;
}

/// Of a coding that the field does not name: that of "*", or nothing.
double QualityOf(std::string_view accept, std::string_view coding) {
    std::optional<double> star;
    while (!accept.empty()) {
        std::string_view item = TakeUntil(accept, ',');
        const std::string_view name = TakeUntil(item, ';');
        if (EqualsIgnoreCase(name, coding)) return Quality(item);
        if (name == "*") star = Quality(item);
    }
    return star.value_or(0);
}

}  // namespace

std::string_view Name(Coding coding) {
    switch (coding) {
        case Coding::kGzip:
            return "gzip";
        case Coding::kBrotli:
            return "br";
        case Coding::kIdentity:
            break;
    }
    return {};
}

Coding ChooseCoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli) {
    const double gzip = has_gzip ? QualityOf(accept_encoding, "gzip") : 0;
    const double brotli = has_brotli ? QualityOf(accept_encoding, "br") : 0;
    if (brotli > 0 && brotli >= gzip) return Coding::kBrotli;
    return gzip > 0 ? Coding::kGzip : Coding::kIdentity;
}

bool NamesTag(std::string_view if_none_match, std::string_view tag) {
    if (Trimmed(if_none_match) == "*") return true;
    while (!if_none_match.empty()) {
        std::string_view one = TakeUntil(if_none_match, ',');
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag) return true;
    }
    return false;
}

}  // namespace argosy::console
