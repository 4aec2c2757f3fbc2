#include "assistant/tools/http_tool.h"

#include <algorithm>
#include <cstdlib>
#include <future>

#include "assistant/tools/address_rules.h"
#include "assistant/tools/url_template.h"

namespace argosy::assistant {

namespace {

bool TakesBody(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

class HttpTool final : public Tool {
  public:
    HttpTool(HttpClient& client, HttpToolOptions options, UrlTemplate url, Headers headers)
        : client_(client),
          options_(std::move(options)),
          url_(std::move(url)),
          headers_(std::move(headers)),
          spec_{options_.name, options_.description, options_.parameters} {}

    const ToolSpec& spec() const override { return spec_; }

    Result<std::string> Call(const json::object& arguments,
                             const ToolContext& context) const override {
        HttpRequest request;
        ARGOSY_TRY(request.url, url_.Fill(arguments));
        request.method = options_.method;
        request.headers = headers_;
        request.max_redirects = 0;  // elsewhere is not what was declared
        request.max_body_bytes = options_.max_response_bytes;
        request.total_timeout = std::min(options_.timeout, context.timeout);
        if (TakesBody(options_.method)) {
            json::object body;
            for (const auto& [name, value] : arguments) {
                if (!url_.names().contains(name)) body[name] = value;
            }
            request.headers.Set("Content-Type", "application/json");
            request.body = json::serialize(body);
        }
        ARGOSY_TRY(const HttpResponse response, Fetch(std::move(request), context.stop));
        if (response.status >= 300 && response.status < 400) {
            return Err(ErrorCode::kUnavailable, "it redirects (HTTP {}), which is not followed",
                       response.status);
        }
        if (response.ok()) return response.body;
        return Err(ErrorCode::kUnavailable, "HTTP {}: {}", response.status,
                   response.body.substr(0, 500));
    }

  private:
    Result<HttpResponse> Fetch(HttpRequest request, const std::stop_token& stop) const {
        std::promise<Result<HttpResponse>> end;
        HttpCallbacks callbacks;
        callbacks.on_end = [&](Result<HttpResponse> result) { end.set_value(std::move(result)); };
        const auto call = client_.Start(std::move(request), std::move(callbacks));
        const std::stop_callback cancel(stop, [&call] { call->Cancel(); });
        return end.get_future().get();
    }

    HttpClient& client_;
    const HttpToolOptions options_;
    const UrlTemplate url_;
    const Headers headers_;
    const ToolSpec spec_;
};

Result<Headers> ReadHeaders(const std::vector<HttpToolHeader>& declared) {
    Headers headers{{"Accept", "application/json, text/*;q=0.9, */*;q=0.1"}};
    for (const HttpToolHeader& header : declared) {
        std::string value = header.value;
        if (!header.value_env.empty()) {
            const char* secret = std::getenv(header.value_env.c_str());
            if (secret == nullptr) {
                return Err(ErrorCode::kNotFound, "the environment has no {}", header.value_env);
            }
            value += secret;
        }
        headers.Set(header.name, std::move(value));
    }
    return headers;
}

// Arguments that a request without a body would lose.
Result<void> CheckPlaces(const HttpToolOptions& options, const UrlTemplate& url) {
    if (TakesBody(options.method)) return {};
    const json::value* properties = options.parameters.if_contains("properties");
    if (properties == nullptr || !properties->is_object()) return {};
    for (const auto& [name, schema] : properties->as_object()) {
        if (url.names().contains(std::string(name))) continue;
        return Err(ErrorCode::kInvalidArgument, "the URL has no place for '{}', and {} no body",
                   std::string_view(name), options.method);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Tool>> MakeHttpTool(HttpClient& client, HttpToolOptions options) {
    const std::string place = "tool '" + options.name + "'";
    constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (std::ranges::find(kMethods, options.method) == std::end(kMethods)) {
        return At(place, Error{ErrorCode::kInvalidArgument,
                               fmt::format("there is no method '{}'", options.method),
                               {}});
    }
    auto url = UrlTemplate::Parse(options.url);
    if (!url) return At(place, std::move(url.error()));
    if (auto fits = CheckPlaces(options, *url); !fits) return At(place, std::move(fits.error()));
    auto headers = ReadHeaders(options.headers);
    if (!headers) return At(place, std::move(headers.error()));
    return std::make_unique<HttpTool>(client, std::move(options), std::move(*url),
                                      std::move(*headers));
}

std::unique_ptr<HttpClient> MakeToolClient(std::vector<std::string> allowed_hosts) {
    ClientOptions options;
    options.use_proxy_environment = false;
    options.guard = [rules = AddressRules{std::move(allowed_hosts)}](const std::string& host,
                                                                     const std::string& address) {
        return rules.Allows(host, address);
    };
    return std::make_unique<HttpClient>(std::move(options));
}

}  // namespace argosy::assistant
