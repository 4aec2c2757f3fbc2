#include "engine/grammar/string_formats.h"

#include <utility>

namespace argosy::grammar {
namespace {

// Days that each month has; 29 February in leap years only.
#define ARGOSY_DATE                                                   \
    "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|"       \
    "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|" \
    "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|"                     \
    "(?:[02468][048]|[13579][26])00)-02-29)"
#define ARGOSY_TIME                                    \
    "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?" \
    "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)"
#define ARGOSY_BYTE "(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])"
#define ARGOSY_IPV4 ARGOSY_BYTE "(?:\\." ARGOSY_BYTE "){3}"
#define ARGOSY_H16 "[0-9A-Fa-f]{1,4}"
#define ARGOSY_LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#define ARGOSY_ATOM "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
#define ARGOSY_CLOCK "(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)"
#define ARGOSY_DAYS "(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)"

constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
    {"date", ARGOSY_DATE},
    {"time", ARGOSY_TIME},
    {"date-time", "(?:" ARGOSY_DATE ")T" ARGOSY_TIME},
    {"duration", "P(?:\\d+W|" ARGOSY_DAYS "(?:T" ARGOSY_CLOCK ")?|T" ARGOSY_CLOCK ")"},
    {"uuid", "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"},
    {"email", ARGOSY_ATOM "(?:\\." ARGOSY_ATOM ")*@" ARGOSY_LABEL "(?:\\." ARGOSY_LABEL ")+"},
    {"hostname", ARGOSY_LABEL "(?:\\." ARGOSY_LABEL ")*"},
    {"ipv4", ARGOSY_IPV4},
    {"ipv6", "(?:(?:" ARGOSY_H16 ":){7}(?::|" ARGOSY_H16 ")|::(?:" ARGOSY_H16 "(?::" ARGOSY_H16
             "){0,6})?|" ARGOSY_H16 "::(?:" ARGOSY_H16 "(?::" ARGOSY_H16 "){0,5})?|(?:" ARGOSY_H16
             ":){2}(?::|(?::" ARGOSY_H16 "){1,5})|(?:" ARGOSY_H16 ":){3}(?::|(?::" ARGOSY_H16
             "){1,4})|(?:" ARGOSY_H16 ":){4}(?::|(?::" ARGOSY_H16 "){1,3})|(?:" ARGOSY_H16
             ":){5}(?::|(?::" ARGOSY_H16 "){1,2})|(?:" ARGOSY_H16 ":){6}(?::|:" ARGOSY_H16 "))"},
    {"uri", "[A-Za-z][A-Za-z0-9+.-]*:(?://" ARGOSY_LABEL "(?:\\." ARGOSY_LABEL
            ")*(?::\\d{1,5})?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?|"
            "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
            "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)"
            "(?:\\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
            "(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"},
    {"password", ""},
    {"binary", ""},
    {"path", ""},
    {"file-path", ""},
    {"directory-path", ""},
    {"textarea", ""},
};

}  // namespace

std::string_view FormatRegex(std::string_view format) {
    for (const auto& [name, regex] : kFormats) {
        if (name == format) return regex;
    }
    return {};
}

std::string_view KnownFormats() {
    return "date, time, date-time, duration, uuid, email, hostname, ipv4, ipv6, uri";
}

}  // namespace argosy::grammar
