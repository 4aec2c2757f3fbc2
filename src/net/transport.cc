#include "net/transport.h"

#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>

namespace argosy::internal {

namespace {

constexpr auto kUse = asio::as_tuple(asio::use_awaitable);

std::string OpenSslReason() {
    char text[256] = "unknown reason";
    if (const unsigned long code = ERR_get_error(); code != 0) {
        ERR_error_string_n(code, text, sizeof text);
    }
    ERR_clear_error();
    return text;
}

int ChooseHttp11(SSL*, const unsigned char** out, unsigned char* out_length,
                 const unsigned char* in, unsigned in_length, void*) {
    static constexpr unsigned char kOffer[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, kOffer, sizeof kOffer - 1, in, in_length) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Transport::Transport(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
    ErrorCodeAsio ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

asio::awaitable<ErrorCodeAsio> Transport::Accept(std::shared_ptr<asio::ssl::context> context) {
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kUse);
    co_return error;
}

asio::awaitable<ErrorCodeAsio> Transport::Connect(std::shared_ptr<asio::ssl::context> context,
                                                  std::string host, bool verify) {
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
    ErrorCodeAsio numeric;
    asio::ip::make_address(host, numeric);
    // RFC 6066: no literal addresses in SNI.
    if (numeric) SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
    if (verify) tls_->set_verify_callback(asio::ssl::host_name_verification(host));
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kUse);
    co_return error;
}

asio::awaitable<IoResult> Transport::ReadSome(asio::mutable_buffer buffer) {
    IoResult result;
    if (tls_) {
        auto [error, bytes] = co_await tls_->async_read_some(buffer, kUse);
        result = IoResult{error, bytes};
    } else {
        auto [error, bytes] = co_await socket_.async_read_some(buffer, kUse);
        result = IoResult{error, bytes};
    }
    co_return result;
}

asio::awaitable<IoResult> Transport::WriteSome(const std::vector<asio::const_buffer>& buffers) {
    IoResult result;
    if (tls_) {
        auto [error, bytes] = co_await tls_->async_write_some(buffers, kUse);
        result = IoResult{error, bytes};
    } else {
        auto [error, bytes] = co_await socket_.async_write_some(buffers, kUse);
        result = IoResult{error, bytes};
    }
    co_return result;
}

asio::awaitable<IoResult> Transport::WriteSome(asio::const_buffer buffer) {
    const std::vector<asio::const_buffer> buffers{buffer};
    co_return co_await WriteSome(buffers);
}

asio::awaitable<void> Transport::ShutdownSend() {
    if (tls_) {
        // Sends close_notify and waits for the peer's; the caller's time limit closes the socket.
        (void)co_await tls_->async_shutdown(kUse);
    }
    ErrorCodeAsio ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Transport::Close() {
    ErrorCodeAsio ignored;
    socket_.close(ignored);
}

bool Transport::Stale() {
    if (!socket_.is_open()) return true;
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

std::string Transport::Peer() const {
    ErrorCodeAsio error;
    const auto endpoint = socket_.remote_endpoint(error);
    if (error) return {};
    const std::string address = endpoint.address().to_string(error);
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

Result<std::shared_ptr<asio::ssl::context>> ServerTlsContext(const std::string& certificate_file,
                                                             const std::string& key_file) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_alpn_select_cb(native, ChooseHttp11, nullptr);
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(native, certificate_file.c_str()) != 1) {
        return Err(ErrorCode::kInvalidArgument, "cannot use the TLS certificate {}: {}",
                   certificate_file, OpenSslReason());
    }
    if (SSL_CTX_use_PrivateKey_file(native, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(native) != 1) {
        return Err(ErrorCode::kInvalidArgument, "cannot use the TLS key {} with {}: {}", key_file,
                   certificate_file, OpenSslReason());
    }
    return context;
}

Result<std::shared_ptr<asio::ssl::context>> ClientTlsContext(const std::string& ca_file,
                                                             bool verify) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    // SSL_CERT_FILE and SSL_CERT_DIR are honoured by OpenSSL itself.
    SSL_CTX_set_default_verify_paths(native);
    ERR_clear_error();
    if (!ca_file.empty() && SSL_CTX_load_verify_locations(native, ca_file.c_str(), nullptr) != 1) {
        return Err(ErrorCode::kInvalidArgument, "cannot use the certificate authorities of {}: {}",
                   ca_file, OpenSslReason());
    }
    context->set_verify_mode(verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
    return context;
}

}  // namespace argosy::internal
