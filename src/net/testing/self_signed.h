// A throw-away certificate for tests of TLS: P-256, for "localhost" and 127.0.0.1.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <string>

namespace argosy::testing {

/// Writes DIR/cert.pem and DIR/key.pem. False where OpenSSL or the disk fails.
inline bool WriteSelfSigned(const std::filesystem::path& dir) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* cert = X509_new();
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 24 * 3600);
    X509_set_pubkey(cert, key);
    X509_NAME* name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(cert, name);
    for (const auto& [kind, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
                                      std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
        X509_add_ext(cert, extension, -1);
        X509_EXTENSION_free(extension);
    }
    bool ok = X509_sign(cert, key, EVP_sha256()) > 0;
    if (FILE* file = std::fopen((dir / "cert.pem").c_str(), "w")) {
        ok = PEM_write_X509(file, cert) == 1 && ok;
        std::fclose(file);
    }
    if (FILE* file = std::fopen((dir / "key.pem").c_str(), "w")) {
        ok = PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1 && ok;
        std::fclose(file);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    return ok;
}

}  // namespace argosy::testing
