// AWS Signature Version 4 in the Authorization header, as S3 wants it (path encoded once). Pure.
// Source: "Authenticating Requests: Using the Authorization Header", Amazon S3 API reference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/headers.h"
#include "net/url.h"

namespace argosy {

struct AwsCredentials {
    std::string access_key;
    std::string secret_key;
    std::string session_token;
    bool empty() const { return access_key.empty(); }
};

struct SigningScope {
    std::string region;   // "us-east-1"
    std::string service;  // "s3"
    int64_t unix_seconds = 0;
};

/// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token (where there is a session) and
/// Authorization to `headers`. Signs Host, every x-amz-* header, Range and Content-Type. The URL's
/// path must be percent-encoded once; its query may be in any order.
void SignAws(const AwsCredentials& credentials, const SigningScope& scope, std::string_view method,
             const Url& url, std::string_view payload, Headers& headers);

}  // namespace argosy
