#include "serve/api_keys.h"

#include <openssl/crypto.h>

#include <fstream>

namespace argosy::serve {

namespace {

bool Equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::optional<ApiError> ApiKeys::Check(const ServerRequest& request) const {
    if (keys_.empty()) return std::nullopt;
    const std::string_view sent = request.BearerToken();
    bool known = false;
    for (const std::string& key : keys_) known |= Equal(key, sent);
    if (known) return std::nullopt;
    ApiError error =
        FromStatus(401, sent.empty() ? "An API key is needed: send 'Authorization: Bearer KEY'"
                                     : "Incorrect API key provided");
    error.code = "invalid_api_key";
    return error;
}

Result<std::vector<std::string>> ReadApiKeyFile(const std::string& path) {
    std::ifstream file(path);
    if (!file) return Err(ErrorCode::kNotFound, "cannot read the API key file {}", path);
    std::vector<std::string> keys;
    for (std::string line; std::getline(file, line);) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
        if (!line.empty() && line.front() != '#') keys.push_back(line);
    }
    if (!keys.empty()) return keys;
    return Err(ErrorCode::kInvalidArgument, "the API key file {} holds no key", path);
}

}  // namespace argosy::serve
