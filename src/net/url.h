// URLs as HTTP uses them (RFC 3986; http and https, and any other scheme with an authority), and
// percent-encoding. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace argosy {

struct Url {
    std::string scheme;     // lower case: "https"
    std::string user_info;  // as written, still encoded; never printed by ToString(false)
    std::string host;       // lower case; IPv6 without its brackets: "::1"
    uint16_t port = 0;  // the scheme's default where none is written (http 80, https 443, else 0)
    std::string path;   // still encoded, starts with '/': "/a%20b"
    std::string query;  // still encoded, without '?'
    std::string fragment;  // still encoded, without '#'

    /// Path and query as a request line has them.
    std::string Target() const;
    /// "host" or "host:port" (default port left out; IPv6 in brackets), for the Host header.
    std::string Authority() const;
    /// The whole; credentials only where asked for.
    std::string ToString(bool with_user_info = false) const;
    bool SameOrigin(const Url& other) const {
        return scheme == other.scheme && host == other.host && port == other.port;
    }
};

/// Parses an absolute URL with an authority. kInvalidArgument names the offending part. Control
/// bytes and spaces are refused, bytes above 0x7F are percent-encoded.
Result<Url> ParseUrl(std::string_view text);
/// Resolves a reference (a Location header) against a base: RFC 3986 section 5.2.
Result<Url> ResolveUrl(const Url& base, std::string_view reference);
/// Removes "." and ".." segments: RFC 3986 section 5.2.4.
std::string RemoveDotSegments(std::string_view path);

/// Encodes all but unreserved bytes (A-Z a-z 0-9 - . _ ~) and those in `keep`.
std::string PercentEncode(std::string_view text, std::string_view keep = "");
/// Decodes %XX. kInvalidArgument at a bad or cut escape, with its offset.
Result<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);
/// "a=1&b=%20" in order; a piece without '=' has an empty value. kInvalidArgument as above.
Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query);

}  // namespace argosy
