#include "assistant/tools/url_template.h"

#include <functional>
#include <vector>

#include "net/url.h"

namespace argosy::assistant {

namespace {

Result<std::string> ValueText(const std::string& name, const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_structured() || value.is_null()) {
        return Err(ErrorCode::kInvalidArgument, "'{}' must be a text, a number or true/false",
                   name);
    }
    return json::serialize(value);
}

// Each {name} replaced by what `value` gives for it.
Result<std::string> Replace(std::string_view text,
                            const std::function<Result<std::string>(const std::string&)>& value) {
    std::string out;
    while (true) {
        const size_t open = text.find('{');
        out += text.substr(0, open);
        if (open == std::string_view::npos) return out;
        const size_t close = text.find('}', open);
        if (close == std::string_view::npos || close == open + 1) {
            return Err(ErrorCode::kInvalidArgument, "a '{{' without its name and '}}' in a URL");
        }
        ARGOSY_TRY(const std::string filled,
                   value(std::string(text.substr(open + 1, close - open - 1))));
        out += filled;
        text.remove_prefix(close + 1);
    }
}

std::vector<std::string_view> Split(std::string_view text, char by) {
    std::vector<std::string_view> parts;
    while (true) {
        const size_t at = text.find(by);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

}  // namespace

Result<UrlTemplate> UrlTemplate::Parse(std::string_view text) {
    UrlTemplate out;
    const size_t scheme = text.find("://");
    const size_t host_end =
        scheme == std::string_view::npos ? scheme : text.find_first_of("/?", scheme + 3);
    if (text.substr(0, host_end).find('{') != std::string_view::npos) {
        return Err(ErrorCode::kInvalidArgument, "a URL's host cannot be an argument");
    }
    ARGOSY_TRY(const std::string example, Replace(text, [&](const std::string& name) {
                   out.names_.insert(name);
                   return Result<std::string>("x");
               }));
    ARGOSY_TRY(const Url url, ParseUrl(example));
    if (url.scheme != "http" && url.scheme != "https") {
        return Err(ErrorCode::kInvalidArgument, "a tool's URL must be http or https");
    }
    text = text.substr(0, text.find('#'));
    const size_t query = text.find('?');
    out.path_ = text.substr(0, query);
    if (query != std::string_view::npos) out.query_ = text.substr(query + 1);
    return out;
}

Result<std::string> UrlTemplate::Fill(const json::object& arguments) const {
    ARGOSY_TRY(std::string url, Replace(path_, [&](const std::string& name) -> Result<std::string> {
                   const json::value* value = arguments.if_contains(name);
                   if (value == nullptr) {
                       return Err(ErrorCode::kInvalidArgument, "'{}' is missing", name);
                   }
                   ARGOSY_TRY(const std::string plain, ValueText(name, *value));
                   if (plain.empty() || plain == "." || plain == "..") {
                       return Err(ErrorCode::kInvalidArgument, "'{}' must not be '{}'", name,
                                  plain);
                   }
                   return PercentEncode(plain);
               }));
    char separator = '?';
    for (const std::string_view pair :
         query_.empty() ? std::vector<std::string_view>() : Split(query_, '&')) {
        bool absent = false;
        ARGOSY_TRY(const std::string filled,
                   Replace(pair, [&](const std::string& name) -> Result<std::string> {
                       const json::value* value = arguments.if_contains(name);
                       absent = absent || value == nullptr || value->is_null();
                       if (absent) return std::string();
                       ARGOSY_TRY(const std::string plain, ValueText(name, *value));
                       return PercentEncode(plain);
                   }));
        if (absent) continue;
        url += separator + filled;
        separator = '&';
    }
    return url;
}

}  // namespace argosy::assistant
