#include "retrieval/store/qdrant_client.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include "base/durable_file.h"

namespace argosy::retrieval::internal {

namespace {

constexpr std::chrono::seconds kLongestWait{30};
constexpr std::string_view kBoundary = "argosy-snapshot-8f1b5a0c9d3e47";
constexpr uint64_t kMaxAnswerBytes = uint64_t{1} << 30;

ErrorCode KindOf(int status) {
    switch (status) {
        case 400:
        case 422:
            return ErrorCode::kInvalidArgument;
        case 401:
            return ErrorCode::kUnauthenticated;
        case 403:
            return ErrorCode::kPermissionDenied;
        case 404:
            return ErrorCode::kNotFound;
        case 409:
            return ErrorCode::kAlreadyExists;
        case 413:
        case 429:
            return ErrorCode::kResourceExhausted;
        default:
            return ErrorCode::kUnavailable;
    }
}

// Qdrant's words: {"status": {"error": "..."}}; else the beginning of what came.
std::string MessageOf(const std::string& body) {
    const auto json = ParseJson(body);
    const auto* object = json ? json->if_object() : nullptr;
    const auto* status = object == nullptr ? nullptr : object->if_contains("status");
    const auto* inner = status == nullptr ? nullptr : status->if_object();
    const auto* error = inner == nullptr ? nullptr : inner->if_contains("error");
    if (error != nullptr && error->is_string()) return std::string(error->get_string());
    return body.substr(0, 200);
}

bool MayWorkLater(const Result<HttpResponse>& response) {
    if (response) return response->status == 429 || response->status == 503;
    return response.error().code == ErrorCode::kUnavailable;
}

// What the server asks for, in seconds, or what is due.
std::chrono::milliseconds WaitOf(const Result<HttpResponse>& response,
                                 std::chrono::milliseconds due) {
    int seconds = 0;
    if (response) {
        const std::string_view asked = response->headers.Get("Retry-After");
        std::from_chars(asked.data(), asked.data() + asked.size(), seconds);
    }
    const auto wait = std::max(due, std::chrono::milliseconds(std::chrono::seconds(seconds)));
    return std::min(wait, std::chrono::milliseconds(kLongestWait));
}

}  // namespace

QdrantClient::QdrantClient(QdrantOptions options) : options_(std::move(options)) {}

HttpRequest QdrantClient::Request(const std::string& method, const std::string& path) const {
    HttpRequest request{.method = method, .url = options_.url + path};
    // A server that sends elsewhere would be sent the key there.
    request.max_redirects = 0;
    request.total_timeout = options_.timeout;
    request.max_body_bytes = kMaxAnswerBytes;
    if (!options_.api_key.empty()) request.headers.Add("api-key", options_.api_key);
    return request;
}

Result<HttpResponse> QdrantClient::Send(const HttpRequest& request) {
    std::chrono::milliseconds wait = options_.first_wait;
    for (int left = std::max(1, options_.tries);;) {
        auto response = http_.Fetch(request);
        if (--left == 0 || !MayWorkLater(response)) return response;
        const auto now = WaitOf(response, wait);
        if (options_.wait) {
            options_.wait(now);
        } else {
            std::this_thread::sleep_for(now);
        }
        wait *= 2;
    }
}

std::unexpected<Error> QdrantClient::Failed(const HttpResponse& response) const {
    const std::string hint = response.status == 401 || response.status == 403
                                 ? " (is the API key of the store right?)"
                                 : "";
    return At(response.url, {KindOf(response.status),
                             fmt::format("Qdrant answers {}: {}{}", response.status,
                                         MessageOf(response.body), hint),
                             {}});
}

Result<json::value> QdrantClient::Call(const std::string& method, const std::string& path,
                                       const json::value& body) {
    HttpRequest request = Request(method, path);
    if (!body.is_null()) {
        request.headers.Add("Content-Type", "application/json");
        request.body = json::serialize(body);
    }
    ARGOSY_TRY(const HttpResponse response, Send(request));
    if (!response.ok()) return Failed(response);
    auto json = ParseJson(response.body);
    if (!json || !json->is_object() || !json->get_object().contains("result")) {
        return At(response.url, {ErrorCode::kCorrupt, "no answer of a Qdrant server", {}});
    }
    return std::move(json->get_object().at("result"));
}

Result<void> QdrantClient::Download(const std::string& path, const std::filesystem::path& to) {
    std::filesystem::path partial = to;
    partial += ".partial";
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    HttpRequest request = Request("GET", path);
    request.total_timeout = std::chrono::milliseconds(0);  // as long as bytes come
    bool good = false;
    std::string said;  // instead of a file
    ARGOSY_TRY(HttpResponse response,
               http_.FetchStream(
                   request,
                   [&](const HttpResponse& head) {
                       good = head.ok();
                       return true;
                   },
                   [&](std::string_view bytes) {
                       if (good) {
                           out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
                       } else {
                           said += bytes.substr(0, 4096 - std::min<size_t>(4096, said.size()));
                       }
                       return true;
                   }));
    response.body = said;
    if (!good) return Failed(response);
    out.close();
    std::error_code error;
    if (out) std::filesystem::rename(partial, to, error);
    if (!out || error) {
        return At(to.string(), {ErrorCode::kInternal,
                                "cannot be written: is the folder there, and is there room?",
                                {}});
    }
    return SyncFolder(to.has_parent_path() ? to.parent_path() : ".");
}

Result<void> QdrantClient::Upload(const std::string& path, const std::filesystem::path& from) {
    std::ifstream in(from, std::ios::binary);
    if (!in) return At(from.string(), {ErrorCode::kNotFound, "no such snapshot", {}});
    std::stringstream bytes;
    bytes << in.rdbuf();
    HttpRequest request = Request("POST", path);
    request.headers.Add("Content-Type", fmt::format("multipart/form-data; boundary={}", kBoundary));
    request.total_timeout = std::chrono::milliseconds(0);
    request.body = fmt::format(
        "--{}\r\nContent-Disposition: form-data; name=\"snapshot\"; "
        "filename=\"collection.snapshot\"\r\nContent-Type: application/octet-stream\r\n\r\n",
        kBoundary);
    request.body += bytes.view();
    request.body += fmt::format("\r\n--{}--\r\n", kBoundary);
    ARGOSY_TRY(const HttpResponse response, Send(request));
    if (!response.ok()) return Failed(response);
    return {};
}

}  // namespace argosy::retrieval::internal
