#include "local/secrets.h"

#include <fmt/ranges.h>

#include <fstream>
#include <sstream>
#include <vector>

namespace argosy::local {

namespace {

constexpr size_t kMaxBytes = 64 << 10;

Result<std::string> Whole(std::string value, const std::string& place) {
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
    if (!value.empty() && value.size() <= kMaxBytes) return value;
    return Err(ErrorCode::kInvalidArgument, "the secret in {} is {}", place,
               value.empty() ? "empty" : "longer than 64 KiB");
}

}  // namespace

Result<std::string> ReadSecret(const resources::SecretRef& ref, const Environment& environment) {
    std::vector<std::string> looked;
    if (ref.env) {
        if (std::string value = environment(ref.env->c_str()); !value.empty()) {
            return Whole(std::move(value), "the environment variable " + *ref.env);
        }
        looked.push_back("the environment variable " + *ref.env + " (not set)");
    }
    if (ref.file) {
        std::ifstream file(*ref.file, std::ios::binary);
        if (file) {
            std::ostringstream text;
            text << file.rdbuf();
            return Whole(text.str(), *ref.file);
        }
        looked.push_back("the file " + *ref.file + " (cannot be read)");
    }
    if (looked.empty()) {
        return Err(ErrorCode::kNotFound,
                   "the secret is a Kubernetes Secret's only; on one machine it needs 'env' or "
                   "'file' beside secretKeyRef");
    }
    return Err(ErrorCode::kNotFound, "the secret is in none of these: {}; set one of them",
               fmt::join(looked, ", "));
}

}  // namespace argosy::local
