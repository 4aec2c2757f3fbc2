#include "model/fetch/sha.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace argosy {

void Sha::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha::Sha(Kind kind) : context_(EVP_MD_CTX_new()) {
    const EVP_MD* md = kind == Kind::kSha1 ? EVP_sha1() : EVP_sha256();
    ARGOSY_CHECK(EVP_DigestInit_ex(context_.get(), md, nullptr) == 1);
}

void Sha::Add(std::string_view bytes) {
    ARGOSY_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha::Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    ARGOSY_CHECK(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1);
    return HexOf({reinterpret_cast<const char*>(digest), size});
}

std::string HexOf(std::string_view bytes) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    for (char c : bytes) {
        out += kHex[static_cast<unsigned char>(c) >> 4];
        out += kHex[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::string Sha256Hex(std::string_view bytes) {
    Sha sha(Sha::Kind::kSha256);
    sha.Add(bytes);
    return sha.Hex();
}

std::string HmacSha256(std::string_view key, std::string_view message) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    ARGOSY_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                      reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                      digest, &size) != nullptr);
    return {reinterpret_cast<const char*>(digest), size};
}

}  // namespace argosy
