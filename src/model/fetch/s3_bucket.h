// One bucket of S3 or of what speaks its API (MinIO, Ceph): where its objects are, signed requests
// for them, and their listing. For models and for documents alike.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "model/fetch/aws_credentials.h"
#include "model/fetch/fetch_model.h"
#include "net/http_client.h"

namespace argosy {

struct S3Object {
    std::string key;
    uint64_t size = 0;
    std::string etag;
};

/// Thread-compatible. The client and the options outlive it.
class S3Bucket {
  public:
    /// Finds credentials and region as the AWS tools do. AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL
    /// name another endpoint, addressed by path. Errors: those of FindAwsCredentials.
    static Result<S3Bucket> Open(HttpClient& client, std::string bucket,
                                 const FetchOptions& options);

    const std::string& endpoint() const { return endpoint_; }  // empty: Amazon's
    std::string UrlOf(std::string_view key, std::string_view query = {}) const;
    /// A signed GET; made anew for each attempt, for signatures expire.
    Result<HttpRequest> Request(std::string url) const;
    /// What an answer that is no success means and what to do; `key` for the message.
    Error Explain(std::string_view key, const HttpResponse& response) const;

    /// Every object whose key begins with `prefix`, in the order of keys, page by page; follows the
    /// bucket to its own region once. The callback ends the listing with false. Errors as Explain.
    Result<void> List(const std::string& prefix, const std::function<bool(S3Object)>& on_object);

  private:
    S3Bucket(HttpClient& client, std::string bucket, const FetchOptions& options);
    Result<HttpResponse> ListPage(const std::string& prefix, const std::string& token);

    HttpClient* client_;
    const FetchOptions* options_;
    std::string bucket_;
    AwsCredentials credentials_;
    std::string endpoint_;
    std::string region_;
};

}  // namespace argosy
