#include "model/fetch/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <vector>

#include "model/fetch/sha.h"

namespace argosy {

namespace {

std::string Lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
}

/// "20130524T000000Z"
std::string AmzDate(int64_t unix_seconds) {
    const std::time_t time = unix_seconds;
    std::tm tm{};
    gmtime_r(&time, &tm);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", tm.tm_year + 1900, tm.tm_mon + 1,
                       tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

std::string CanonicalQuery(const Url& url) {
    std::vector<std::string> pairs;
    const auto query = ParseQuery(url.query);
    if (!query) return url.query;  // cannot be signed rightly; the server will say so
    for (const auto& [name, value] : *query) {
        pairs.push_back(PercentEncode(name) + "=" + PercentEncode(value));
    }
    std::ranges::sort(pairs);
    std::string out;
    for (const std::string& pair : pairs) out += (out.empty() ? "" : "&") + pair;
    return out;
}

/// Headers to sign by lower-case name.
std::map<std::string, std::string> SignedHeaders(const Url& url, const Headers& headers) {
    std::map<std::string, std::string> out{{"host", url.Authority()}};
    for (const Header& field : headers) {
        const std::string name = Lower(field.name);
        if (name.starts_with("x-amz-") || name == "range" || name == "content-type" ||
            name == "date") {
            out[name] = field.value;
        }
    }
    return out;
}

}  // namespace

void SignAws(const AwsCredentials& credentials, const SigningScope& scope, std::string_view method,
             const Url& url, std::string_view payload, Headers& headers) {
    const std::string date = AmzDate(scope.unix_seconds);
    const std::string day = date.substr(0, 8);
    const std::string payload_hash = Sha256Hex(payload);
    headers.Set("x-amz-date", date);
    headers.Set("x-amz-content-sha256", payload_hash);
    if (!credentials.session_token.empty()) {
        headers.Set("x-amz-security-token", credentials.session_token);
    }
    std::string canonical = fmt::format("{}\n{}\n{}\n", method, url.path, CanonicalQuery(url));
    std::string names;
    for (const auto& [name, value] : SignedHeaders(url, headers)) {
        canonical += name + ":" + value + "\n";
        names += (names.empty() ? "" : ";") + name;
    }
    canonical += "\n" + names + "\n" + payload_hash;
    const std::string where =
        fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", date, where, Sha256Hex(canonical));
    std::string key = HmacSha256("AWS4" + credentials.secret_key, day);
    key = HmacSha256(key, scope.region);
    key = HmacSha256(key, scope.service);
    key = HmacSha256(key, "aws4_request");
    headers.Set("Authorization",
                fmt::format("AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
                            credentials.access_key, where, names, HexOf(HmacSha256(key, to_sign))));
}

}  // namespace argosy
