// Who may call: Bearer keys, compared in time that tells nothing about them. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/exchange.h"
#include "serve/api_error.h"

namespace argosy::serve {

class ApiKeys {
  public:
    /// No keys: everybody may.
    explicit ApiKeys(std::vector<std::string> keys) : keys_(std::move(keys)) {}
    /// 401 where the request has no known key; the message never repeats what was sent.
    std::optional<ApiError> Check(const ServerRequest& request) const;
    bool open() const { return keys_.empty(); }

  private:
    std::vector<std::string> keys_;
};

/// One key a line; empty lines and those that begin with # are skipped.
Result<std::vector<std::string>> ReadApiKeyFile(const std::string& path);

}  // namespace argosy::serve
