// Answers of the API: JSON bodies and event streams with the request's id, errors in OpenAI's
// shape.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "net/exchange.h"
#include "serve/api_error.h"

namespace argosy::serve {

/// Gives the request an X-Request-Id, the client's own where it sent a usable one.
void AssignRequestId(Exchange& exchange);

void RespondJson(Exchange& exchange, int status, const json::value& body);
/// With Retry-After where the status is 429 or 503.
void RespondError(Exchange& exchange, const ApiError& error);
void RespondText(Exchange& exchange, int status, std::string_view type, std::string body);
/// Starts a text/event-stream.
std::shared_ptr<StreamWriter> StartSse(Exchange& exchange);

/// An array of one object (braces alone are ambiguous to Boost.JSON).
json::array ArrayOf(json::object only);
/// "chatcmpl-" and 24 random hexadecimal digits.
std::string NewId(std::string_view prefix);
int64_t UnixSeconds();

}  // namespace argosy::serve
