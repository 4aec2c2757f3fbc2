#include "serve/respond.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "net/sse.h"

namespace argosy::serve {

namespace {

constexpr const char* kRequestId = "X-Request-Id";

Headers CommonHeaders(Exchange& exchange, std::string_view type) {
    return {{"Content-Type", std::string(type)},
            {kRequestId, std::string(exchange.request().headers.Get(kRequestId))}};
}

bool Usable(std::string_view id) {
    return !id.empty() && id.size() <= 128 &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

void AssignRequestId(Exchange& exchange) {
    if (Usable(exchange.request().headers.Get(kRequestId))) return;
    exchange.mutable_request().headers.Set(kRequestId, NewId("req-"));
}

void RespondJson(Exchange& exchange, int status, const json::value& body) {
    exchange.Respond(status, CommonHeaders(exchange, "application/json"), json::serialize(body));
}

void RespondError(Exchange& exchange, const ApiError& error) {
    Headers headers = CommonHeaders(exchange, "application/json");
    if (error.status == 429 || error.status == 503) headers.Add("Retry-After", "1");
    if (error.status == 401) headers.Add("WWW-Authenticate", "Bearer");
    exchange.Respond(error.status, std::move(headers), ToJson(error));
}

void RespondText(Exchange& exchange, int status, std::string_view type, std::string body) {
    exchange.Respond(status, CommonHeaders(exchange, type), std::move(body));
}

std::shared_ptr<StreamWriter> StartSse(Exchange& exchange) {
    Headers headers = CommonHeaders(exchange, "text/event-stream; charset=utf-8");
    headers.Add("Cache-Control", "no-cache");
    headers.Add("X-Accel-Buffering", "no");  // nginx would hold the tokens back
    return exchange.StartStream(200, std::move(headers));
}

json::array ArrayOf(json::object only) {
    json::array array;
    array.push_back(std::move(only));
    return array;
}

std::string NewId(std::string_view prefix) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    return fmt::format("{}{:016x}{:08x}", prefix, random(), random() & 0xFFFFFFFFU);
}

int64_t UnixSeconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace argosy::serve
