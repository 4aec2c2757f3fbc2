// Calls of Qdrant's REST API with its errors as ours. Private to QdrantStore. Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "base/json.h"
#include "net/http_client.h"
#include "retrieval/store/qdrant_store.h"

namespace argosy::retrieval::internal {

class QdrantClient {
  public:
    explicit QdrantClient(QdrantOptions options);

    /// The "result" of an answer. Asked again, after a while that doubles, where the server is
    /// overloaded or cannot be reached: all calls of the store may be repeated. kNotFound,
    /// kAlreadyExists, kInvalidArgument, kUnauthenticated, kPermissionDenied, kResourceExhausted
    /// (429 to the end), kUnavailable; the message has the server's own words.
    Result<json::value> Call(const std::string& method, const std::string& path,
                             const json::value& body = nullptr);
    /// Streams the answer into a file, which is whole or absent.
    Result<void> Download(const std::string& path, const std::filesystem::path& to);
    /// Sends a file as a form's part "snapshot".
    Result<void> Upload(const std::string& path, const std::filesystem::path& from);

  private:
    HttpRequest Request(const std::string& method, const std::string& path) const;
    Result<HttpResponse> Send(const HttpRequest& request);
    std::unexpected<Error> Failed(const HttpResponse& response) const;

    const QdrantOptions options_;
    HttpClient http_;
};

}  // namespace argosy::retrieval::internal
