#include "net/proxy.h"

#include <cstdlib>

#include "net/headers.h"

namespace argosy {

namespace {

std::string Either(const Environment& environment, const char* lower, const char* upper) {
    std::string value = environment(lower);
    return value.empty() ? environment(upper) : value;
}

bool EndsWithDomain(std::string_view host, std::string_view domain) {
    if (host.size() <= domain.size()) return false;
    return EqualsIgnoreCase(host.substr(host.size() - domain.size()), domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

bool Exempt(const Url& target, std::string_view list) {
    while (!list.empty()) {
        const size_t comma = std::min(list.find(','), list.size());
        std::string_view item = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (item == "*") return true;
        const size_t colon = item.rfind(':');
        if (colon != std::string_view::npos && item.find(':') == colon) {
            if (item.substr(colon + 1) != std::to_string(target.port)) continue;
            item = item.substr(0, colon);
        }
        if (item.starts_with("*.")) item.remove_prefix(1);
        if (item.starts_with('.')) item.remove_prefix(1);
        if (item.empty()) continue;
        if (EqualsIgnoreCase(target.host, item) || EndsWithDomain(target.host, item)) return true;
    }
    return false;
}

bool IsLoopback(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
           host == "::1";
}

}  // namespace

std::string ProcessEnvironment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): never set after start
    return value != nullptr ? value : "";
}

Result<std::optional<Url>> ProxyFor(const Url& target, const Environment& environment) {
    if (IsLoopback(target.host)) return std::nullopt;
    std::string proxy;
    if (target.scheme == "https") {
        proxy = Either(environment, "https_proxy", "HTTPS_PROXY");
    } else {
        proxy = environment("http_proxy");
        if (proxy.empty() && environment("REQUEST_METHOD").empty()) {
            proxy = environment("HTTP_PROXY");
        }
    }
    if (proxy.empty()) proxy = Either(environment, "all_proxy", "ALL_PROXY");
    if (proxy.empty() || Exempt(target, Either(environment, "no_proxy", "NO_PROXY"))) {
        return std::nullopt;
    }
    if (proxy.find("://") == std::string::npos) proxy = "http://" + proxy;
    auto url = ParseUrl(proxy);
    if (!url) return At("proxy of the environment", std::move(url.error()));
    if (url->scheme != "http") {
        return Err(ErrorCode::kUnsupported,
                   "the environment asks for a proxy by {}://; only http:// proxies are supported",
                   url->scheme);
    }
    return std::move(*url);
}

}  // namespace argosy
