// Incremental SHA-256 and SHA-1 (git's object ids), as lower-case hex, and HMAC-SHA-256.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace argosy {

class Sha {
  public:
    enum class Kind { kSha1, kSha256 };
    explicit Sha(Kind kind);
    void Add(std::string_view bytes);
    /// Ends the hash; the object is spent.
    std::string Hex();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string HexOf(std::string_view bytes);
std::string Sha256Hex(std::string_view bytes);
/// Raw 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view message);

}  // namespace argosy
