#include "model/fetch/s3_bucket.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "model/fetch/download.h"
#include "net/url.h"

namespace argosy {

S3Bucket::S3Bucket(HttpClient& client, std::string bucket, const FetchOptions& options)
    : client_(&client), options_(&options), bucket_(std::move(bucket)) {
    for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
        if (endpoint_.empty()) endpoint_ = options.environment(name);
    }
    while (endpoint_.ends_with('/')) endpoint_.pop_back();
    region_ = FindAwsRegion(options.environment);
}

Result<S3Bucket> S3Bucket::Open(HttpClient& client, std::string bucket,
                                const FetchOptions& options) {
    S3Bucket opened(client, std::move(bucket), options);
    ARGOSY_TRY(opened.credentials_, FindAwsCredentials(client, options));
    return opened;
}

// Path style at another endpoint and for bucket names with dots (no certificate fits them).
std::string S3Bucket::UrlOf(std::string_view key, std::string_view query) const {
    std::string url;
    if (!endpoint_.empty()) {
        url = endpoint_ + "/" + bucket_;
    } else if (bucket_.find('.') != std::string::npos) {
        url = fmt::format("https://s3.{}.amazonaws.com/{}", region_, bucket_);
    } else {
        url = fmt::format("https://{}.s3.{}.amazonaws.com", bucket_, region_);
    }
    url += "/" + PercentEncode(key, "/");
    if (key.empty()) url.pop_back();
    if (!query.empty()) url += "?" + std::string(query);
    return url;
}

Result<HttpRequest> S3Bucket::Request(std::string url_text) const {
    HttpRequest request;
    request.url = std::move(url_text);
    request.idle_timeout = options_->idle_timeout;
    request.max_redirects = 0;  // a signature holds for one host
    if (credentials_.empty()) return request;
    ARGOSY_TRY(const Url url, ParseUrl(request.url));
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    SignAws(credentials_,
            {region_, "s3", std::chrono::duration_cast<std::chrono::seconds>(now).count()}, "GET",
            url, "", request.headers);
    return request;
}

Error S3Bucket::Explain(std::string_view key, const HttpResponse& response) const {
    const std::string detail =
        fmt::format("s3://{}/{}: {} {}: {}", bucket_, key, response.status,
                    XmlText(response.body, "Code"), XmlText(response.body, "Message"));
    if (response.status == 404) return {ErrorCode::kNotFound, detail, {}};
    if (response.status == 403 && credentials_.empty()) {
        return {ErrorCode::kUnauthenticated,
                detail +
                    "; no AWS credentials were found: set AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
                {}};
    }
    if (response.status == 403) {
        return {ErrorCode::kPermissionDenied,
                detail + "; the credentials need s3:GetObject and s3:ListBucket here",
                {}};
    }
    return {ErrorCode::kUnavailable, detail, {}};
}

Result<HttpResponse> S3Bucket::ListPage(const std::string& prefix, const std::string& token) {
    std::string query = "list-type=2&prefix=" + PercentEncode(prefix);
    if (!token.empty()) query += "&continuation-token=" + PercentEncode(token);
    for (bool moved = false;; moved = true) {
        ARGOSY_TRY(HttpResponse response,
                   FetchWithRetry(*client_, [&] { return Request(UrlOf("", query)); }, *options_));
        if (response.ok()) return response;
        const std::string_view region = response.headers.Get("x-amz-bucket-region");
        if (moved || region.empty() || region == region_) {
            return std::unexpected(Explain(prefix, response));
        }
        region_ = region;
    }
}

Result<void> S3Bucket::List(const std::string& prefix,
                            const std::function<bool(S3Object)>& on_object) {
    constexpr int kMaxPages = 10'000;  // ten million objects; a server that never ends is stopped
    std::string token;
    for (int page = 0; page < kMaxPages; ++page) {
        ARGOSY_TRY(const HttpResponse response, ListPage(prefix, token));
        for (size_t at = 0; at != std::string::npos;) {
            const size_t start = response.body.find("<Contents>", at);
            const size_t end = response.body.find("</Contents>", start);
            if (start == std::string::npos || end == std::string::npos) break;
            at = end;
            const std::string item = response.body.substr(start, end - start);
            S3Object object{XmlText(item, "Key"),
                            std::strtoull(XmlText(item, "Size").c_str(), nullptr, 10),
                            XmlText(item, "ETag")};
            if (!object.key.starts_with(prefix)) continue;
            if (!on_object(std::move(object))) return {};
        }
        token = XmlText(response.body, "NextContinuationToken");
        if (token.empty()) return {};
    }
    return Err(ErrorCode::kResourceExhausted, "s3://{}/{}: the listing has more than {} pages",
               bucket_, prefix, kMaxPages);
}

}  // namespace argosy
