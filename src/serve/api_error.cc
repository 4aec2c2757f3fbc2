#include "serve/api_error.h"

namespace argosy::serve {

namespace {

std::string_view TypeOf(int status) {
    switch (status) {
        case 401:
            return "authentication_error";
        case 403:
            return "permission_error";
        case 404:
            return "not_found_error";
        case 429:
            return "rate_limit_error";
        default:
            return status >= 500 ? "server_error" : "invalid_request_error";
    }
}

int StatusOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return 400;
        case ErrorCode::kUnsupported:
            return 400;
        case ErrorCode::kCorrupt:
            return 400;
        case ErrorCode::kUnauthenticated:
            return 401;
        case ErrorCode::kPermissionDenied:
            return 403;
        case ErrorCode::kNotFound:
            return 404;
        case ErrorCode::kAlreadyExists:
            return 409;
        case ErrorCode::kResourceExhausted:
            return 429;
        case ErrorCode::kCancelled:
            return 499;
        case ErrorCode::kUnavailable:
            return 503;
        case ErrorCode::kDeadlineExceeded:
            return 504;
        case ErrorCode::kInternal:
            return 500;
    }
    return 500;
}

json::value OrNull(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

ApiError ToApiError(const Error& error) {
    ApiError api = FromStatus(StatusOf(error.code), error.ToString());
    api.code = ToString(error.code);
    return api;
}

ApiError FromStatus(int status, std::string_view message) {
    return {status, std::string(message), std::string(TypeOf(status)), {}, {}};
}

json::object ToJsonObject(const ApiError& error) {
    return {{"error",
             {{"message", error.message},
              {"type", error.type},
              {"param", OrNull(error.param)},
              {"code", OrNull(error.code)}}}};
}

std::string ToJson(const ApiError& error) { return json::serialize(ToJsonObject(error)); }

}  // namespace argosy::serve
