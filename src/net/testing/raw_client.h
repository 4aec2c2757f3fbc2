// A blocking socket for tests that must send what no client library would.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace argosy::testing {

class RawClient {
  public:
    explicit RawClient(uint16_t port, int receive_buffer = 0)
        : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (receive_buffer > 0) {
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Close();
        timeval limit{20, 0};  // a test that waits for ever fails instead
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    RawClient(RawClient&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
    ~RawClient() { Close(); }

    bool connected() const { return fd_ >= 0; }
    bool Send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<size_t>(sent));
        }
        return true;
    }
    /// Everything up to and with `mark`, or what came before the end.
    std::string ReadUntil(std::string_view mark) {
        while (true) {
            const size_t found = buffer_.find(mark);
            if (found != std::string::npos) return TakeBytes(found + mark.size());
            if (!Receive()) return TakeBytes(buffer_.size());
        }
    }
    std::string ReadAll() {
        while (Receive()) {
        }
        return TakeBytes(buffer_.size());
    }
    /// Header and Content-Length body of one response.
    std::string ReadResponse() {
        std::string head = ReadUntil("\r\n\r\n");
        const size_t at = head.find("Content-Length: ");
        if (at == std::string::npos) return head;
        const size_t length = std::strtoul(head.c_str() + at + 16, nullptr, 10);
        while (buffer_.size() < length && Receive()) {
        }
        return head + TakeBytes(std::min(length, buffer_.size()));
    }
    void Close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    /// Closes by RST.
    void Reset() {
        linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        Close();
    }

  private:
    bool Receive() {
        char bytes[16384];
        const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
        if (got > 0) buffer_.append(bytes, static_cast<size_t>(got));
        return got > 0;
    }
    std::string TakeBytes(size_t count) {
        std::string out = buffer_.substr(0, count);
        buffer_.erase(0, count);
        return out;
    }

    int fd_;
    std::string buffer_;
};

}  // namespace argosy::testing
