// A connected byte stream, plain or TLS, for coroutines. Private to net: includes Asio.
// Single-strand: every call on the socket's own io_context; one read and one write at a time may
// overlap.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy::internal {

namespace asio = boost::asio;
using ErrorCodeAsio = boost::system::error_code;

struct IoResult {
    ErrorCodeAsio error;
    size_t bytes = 0;
};

class Transport {
  public:
    explicit Transport(asio::ip::tcp::socket socket);

    auto executor() { return socket_.get_executor(); }
    /// Server side: waits for the client's handshake.
    asio::awaitable<ErrorCodeAsio> Accept(std::shared_ptr<asio::ssl::context> context);
    /// Client side: SNI and, where `verify`, the certificate's name are those of `host`.
    asio::awaitable<ErrorCodeAsio> Connect(std::shared_ptr<asio::ssl::context> context,
                                           std::string host, bool verify);
    asio::awaitable<IoResult> ReadSome(asio::mutable_buffer buffer);
    asio::awaitable<IoResult> WriteSome(asio::const_buffer buffer);
    asio::awaitable<IoResult> WriteSome(const std::vector<asio::const_buffer>& buffers);
    /// Tells the peer that nothing more comes (close_notify, FIN); it may still send.
    asio::awaitable<void> ShutdownSend();
    /// Ends every pending operation. Idempotent.
    void Close();
    bool open() const { return socket_.is_open(); }
    bool tls() const { return tls_.has_value(); }
    /// A quiet connection that the peer has closed, or sent bytes on that nobody asked for.
    bool Stale();
    /// "127.0.0.1:80"; empty where the peer is gone.
    std::string Peer() const;

  private:
    asio::ip::tcp::socket socket_;
    std::shared_ptr<asio::ssl::context> context_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
};

/// A server's context from PEM files: TLS 1.2 and up, http/1.1 by ALPN.
Result<std::shared_ptr<asio::ssl::context>> ServerTlsContext(const std::string& certificate_file,
                                                             const std::string& key_file);
/// A client's context: the system's certificate authorities, and those of `ca_file` if not empty.
Result<std::shared_ptr<asio::ssl::context>> ClientTlsContext(const std::string& ca_file,
                                                             bool verify);

}  // namespace argosy::internal
