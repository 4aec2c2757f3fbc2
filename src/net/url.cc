#include "net/url.h"

#include <charconv>

namespace argosy {

namespace {

bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUnreserved(char c) {
    return IsAlpha(c) || IsDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

int HexValue(char c) {
    if (IsDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void AppendEncoded(std::string& out, char c) {
    constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
}

std::string Lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
}

uint16_t DefaultPort(std::string_view scheme) {
    if (scheme == "http") return 80;
    if (scheme == "https") return 443;
    return 0;
}

Result<void> CheckBytes(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte <= 0x20 || byte == 0x7F) {
            return Err(ErrorCode::kInvalidArgument,
                       "URL holds the byte 0x{:02x} at offset {}; write it as %{:02X}", byte, i,
                       byte);
        }
    }
    return {};
}

/// Bytes above ASCII as escapes, the rest as it is.
std::string EncodeHigh(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            AppendEncoded(out, c);
        } else {
            out += c;
        }
    }
    return out;
}

Result<void> ParsePort(std::string_view text, uint16_t& port) {
    if (text.empty()) return {};  // "host:" means the default port
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > 65535) {
        return Err(ErrorCode::kInvalidArgument, "URL has the port '{}'; give 0 to 65535", text);
    }
    port = static_cast<uint16_t>(value);
    return {};
}

Result<void> ParseAuthority(std::string_view text, Url& url) {
    const size_t at = text.rfind('@');
    if (at != std::string_view::npos) {
        url.user_info = EncodeHigh(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    std::string_view port;
    if (text.starts_with('[')) {
        const size_t close = text.find(']');
        if (close == std::string_view::npos) {
            return Err(ErrorCode::kInvalidArgument, "URL has an IPv6 host without its ']'");
        }
        url.host = Lower(text.substr(1, close - 1));
        if (url.host.find_first_not_of("0123456789abcdef:.") != std::string::npos) {
            return Err(ErrorCode::kInvalidArgument, "URL has the bad IPv6 host '{}'", url.host);
        }
        text.remove_prefix(close + 1);
        if (!text.empty() && text[0] != ':') {
            return Err(ErrorCode::kInvalidArgument, "URL has '{}' behind its IPv6 host", text);
        }
        if (!text.empty()) port = text.substr(1);
    } else {
        const size_t colon = text.find(':');
        if (colon != std::string_view::npos) port = text.substr(colon + 1);
        url.host = Lower(text.substr(0, colon));
        for (char c : url.host) {
            if (!IsUnreserved(c) && std::string_view("!$&'()*+,;=").find(c) == std::string::npos) {
                return Err(ErrorCode::kInvalidArgument, "URL has '{}' in its host",
                           std::string(1, c));
            }
        }
    }
    if (url.host.empty()) return Err(ErrorCode::kInvalidArgument, "URL has no host");
    url.port = DefaultPort(url.scheme);
    return ParsePort(port, url.port);
}

/// Splits "path?query#fragment" off.
void ParseTail(std::string_view text, Url& url) {
    const size_t hash = text.find('#');
    if (hash != std::string_view::npos) {
        url.fragment = EncodeHigh(text.substr(hash + 1));
        text = text.substr(0, hash);
    }
    const size_t question = text.find('?');
    if (question != std::string_view::npos) {
        url.query = EncodeHigh(text.substr(question + 1));
        text = text.substr(0, question);
    }
    url.path = text.empty() ? "/" : EncodeHigh(text);
}

/// Length of the scheme before a ':', or 0 where the text does not begin with one.
size_t SchemeLength(std::string_view text) {
    if (text.empty() || !IsAlpha(text[0])) return 0;
    for (size_t i = 1; i < text.size(); ++i) {
        if (text[i] == ':') return i;
        if (!IsAlpha(text[i]) && !IsDigit(text[i]) && text[i] != '+' && text[i] != '-' &&
            text[i] != '.') {
            return 0;
        }
    }
    return 0;
}

}  // namespace

std::string Url::Target() const { return query.empty() ? path : path + "?" + query; }

std::string Url::Authority() const {
    std::string out = host.find(':') != std::string::npos ? "[" + host + "]" : host;
    if (port != DefaultPort(scheme)) out += fmt::format(":{}", port);
    return out;
}

std::string Url::ToString(bool with_user_info) const {
    std::string out = scheme + "://";
    if (with_user_info && !user_info.empty()) out += user_info + "@";
    out += Authority() + Target();
    if (!fragment.empty()) out += "#" + fragment;
    return out;
}

Result<Url> ParseUrl(std::string_view text) {
    ARGOSY_CHECK_OK(CheckBytes(text));
    const size_t scheme = SchemeLength(text);
    if (scheme == 0 || !text.substr(scheme).starts_with("://")) {
        return Err(ErrorCode::kInvalidArgument, "'{}' is no absolute URL; write scheme://host/path",
                   text);
    }
    Url url;
    url.scheme = Lower(text.substr(0, scheme));
    text.remove_prefix(scheme + 3);
    const size_t end = std::min(text.find_first_of("/?#"), text.size());
    ARGOSY_CHECK_OK(ParseAuthority(text.substr(0, end), url));
    ParseTail(text.substr(end), url);
    return url;
}

Result<Url> ResolveUrl(const Url& base, std::string_view reference) {
    if (SchemeLength(reference) != 0) return ParseUrl(reference);
    if (reference.starts_with("//")) return ParseUrl(base.scheme + ":" + std::string(reference));
    ARGOSY_CHECK_OK(CheckBytes(reference));
    Url url = base;
    url.fragment.clear();
    Url tail;
    ParseTail(reference, tail);
    url.fragment = tail.fragment;
    if (reference.empty() || reference[0] == '#') return url;
    url.query = tail.query;
    if (reference[0] == '?') return url;
    if (reference[0] == '/') {
        url.path = RemoveDotSegments(tail.path);
    } else {
        url.path = RemoveDotSegments(base.path.substr(0, base.path.rfind('/') + 1) + tail.path);
    }
    return url;
}

std::string RemoveDotSegments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const size_t end = std::min(path.find('/', 1), path.size());
        const std::string_view segment = path.substr(0, end);  // "/name"
        const bool last = end == path.size();
        path.remove_prefix(end);
        if (segment == "/..") {
            out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
            if (last) out += '/';
        } else if (segment == "/.") {
            if (last) out += '/';
        } else {
            out += segment;
        }
    }
    return out.empty() ? "/" : out;
}

std::string PercentEncode(std::string_view text, std::string_view keep) {
    std::string out;
    for (char c : text) {
        if (IsUnreserved(c) || keep.find(c) != std::string_view::npos) {
            out += c;
        } else {
            AppendEncoded(out, c);
        }
    }
    return out;
}

Result<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return Err(ErrorCode::kInvalidArgument,
                           "bad percent-escape at offset {}; write %XX with two hex digits", i);
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> out;
    while (!query.empty()) {
        const size_t end = std::min(query.find('&'), query.size());
        const std::string_view piece = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (piece.empty()) continue;
        const size_t equals = piece.find('=');
        ARGOSY_TRY(auto name, PercentDecode(piece.substr(0, equals), true));
        std::string value;
        if (equals != std::string_view::npos) {
            ARGOSY_TRY(value, PercentDecode(piece.substr(equals + 1), true));
        }
        out.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

}  // namespace argosy
