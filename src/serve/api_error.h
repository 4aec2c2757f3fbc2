// OpenAI's shape for every error: {"error": {"message", "type", "param", "code"}}.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy::serve {

/// An error on its way to a client: the HTTP status, and which field of the request it is about.
struct ApiError {
    int status = 400;
    std::string message;
    std::string type = "invalid_request_error";
    std::string param;  // "messages[0].role"; empty: null
    std::string code;   // "model_not_found"; empty: null
};

template <typename T>
using ApiResult = std::expected<T, ApiError>;

/// kInvalidArgument 400, kUnauthenticated 401, kPermissionDenied 403, kNotFound 404,
/// kAlreadyExists 409, kResourceExhausted 429, kDeadlineExceeded 504, kUnavailable 503,
/// kUnsupported 400, everything else 500. Messages of internal errors are passed on: they hold no
/// secret, by the rule that no Error does.
ApiError ToApiError(const Error& error);

/// The body of an error of the HTTP server itself (a status and what it says).
ApiError FromStatus(int status, std::string_view message);

std::string ToJson(const ApiError& error);
json::object ToJsonObject(const ApiError& error);

}  // namespace argosy::serve
