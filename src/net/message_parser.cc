#include "net/message_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <variant>

namespace argosy {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

namespace {

std::string_view View(BeastView text) { return {text.data(), text.size()}; }

/// Where a parse puts what it finds.
struct Found {
    MessageHead head;
    MessageParser::BodySink sink;
    bool in_trailer = false;
    bool cancelled = false;

    error_code Deliver(BeastView body) {
        if (sink(View(body))) return {};
        cancelled = true;
        return make_error_code(boost::system::errc::operation_canceled);
    }
};

template <bool kRequest>
class Core final : public http::basic_parser<kRequest> {
  public:
    explicit Core(Found& found) : found_(found) {}

  private:
    void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                         error_code&) override {
        found_.head.method = View(method);
        found_.head.target = View(target);
        found_.head.version = version;
    }
    void on_response_impl(int status, BeastView reason, int version, error_code&) override {
        found_.head.status = status;
        found_.head.reason = View(reason);
        found_.head.version = version;
    }
    void on_field_impl(http::field, BeastView name, BeastView value, error_code&) override {
        if (found_.in_trailer) return;  // RFC 9110 6.5.1: never merge trailers into the header
        found_.head.headers.Add(std::string(View(name)), std::string(View(value)));
    }
    void on_header_impl(error_code&) override { found_.in_trailer = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(BeastView body, error_code& ec) override {
        ec = found_.Deliver(body);
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code& ec) override {
        if (!body.empty()) ec = found_.Deliver(body);
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    Found& found_;
};

std::unexpected<Error> Translate(const error_code& ec, const MessageLimits& limits) {
    if (ec == http::error::header_limit) {
        return At("header", {ErrorCode::kResourceExhausted,
                             fmt::format("the header passes {} bytes", limits.header_bytes),
                             {}});
    }
    if (ec == http::error::body_limit) {
        return At("body", {ErrorCode::kResourceExhausted,
                           fmt::format("the body passes {} bytes", limits.body_bytes),
                           {}});
    }
    return Err(ErrorCode::kCorrupt, "malformed HTTP message: {}", ec.message());
}

/// What RFC 9112 (6.1, 3.2) asks of a server and Beast does not check.
Result<void> CheckRequest(const MessageHead& head) {
    const size_t codings = head.headers.Count("Transfer-Encoding");
    if (codings > 0) {
        if (codings > 1 || head.version < 11 || head.headers.Count("Content-Length") > 0) {
            return Err(ErrorCode::kCorrupt, "ambiguous body length: Transfer-Encoding {}",
                       head.version < 11 ? "in HTTP/1.0" : "beside another length");
        }
        if (!EqualsIgnoreCase(head.headers.Get("Transfer-Encoding"), "chunked")) {
            return Err(ErrorCode::kUnsupported, "transfer coding '{}' is unknown; use chunked",
                       head.headers.Get("Transfer-Encoding"));
        }
    }
    if (head.headers.Count("Content-Length") > 1) {
        return Err(ErrorCode::kCorrupt, "more than one Content-Length");
    }
    const size_t hosts = head.headers.Count("Host");
    if (hosts > 1 || (hosts == 0 && head.version == 11)) {
        return Err(ErrorCode::kCorrupt, "an HTTP/1.1 request has one Host header, this has {}",
                   hosts);
    }
    return {};
}

}  // namespace

class MessageParser::Impl {
  public:
    template <typename F>
    auto Visit(F&& f) {
        return std::visit([&](auto& core) { return f(*core); }, core_);
    }

    Impl(Kind kind, MessageLimits limits, BodySink sink, bool no_body) : limits_(limits) {
        found_.sink = std::move(sink);
        if (kind == Kind::kRequest) {
            core_ = std::make_unique<Core<true>>(found_);
        } else {
            core_ = std::make_unique<Core<false>>(found_);
        }
        Visit([&](auto& core) {
            core.header_limit(
                static_cast<uint32_t>(std::min<size_t>(limits.header_bytes, 1 << 30)));
            core.body_limit(limits.body_bytes);
            core.skip(no_body);
        });
    }

    Result<size_t> Feed(std::string_view bytes, bool header_only) {
        if (failed_) return std::unexpected(*failed_);
        const bool had_header = Visit([](auto& core) { return core.is_header_done(); });
        error_code ec;
        const size_t used = Visit([&](auto& core) -> size_t {
            if (core.is_done()) return 0;
            core.eager(!header_only && had_header);
            return core.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
        });
        if (ec && ec != http::error::need_more) return Fail(Translated(ec));
        if (!had_header && Visit([](auto& core) { return core.is_header_done(); })) {
            if (std::holds_alternative<std::unique_ptr<Core<true>>>(core_)) {
                if (auto ok = CheckRequest(found_.head); !ok) return Fail(std::move(ok.error()));
            }
            if (!header_only) {
                auto rest = Feed(bytes.substr(used), false);
                if (!rest) return rest;
                return used + *rest;
            }
        }
        return used;
    }

    Error Translated(const error_code& ec) const {
        if (found_.cancelled) return {ErrorCode::kCancelled, "the reader of the body stopped", {}};
        return Translate(ec, limits_).error();
    }

    std::unexpected<Error> Fail(Error error) {
        failed_ = std::make_unique<Error>(std::move(error));
        return std::unexpected(*failed_);
    }

    MessageLimits limits_;
    Found found_;
    std::variant<std::unique_ptr<Core<true>>, std::unique_ptr<Core<false>>> core_;
    std::unique_ptr<Error> failed_;
};

MessageParser::MessageParser(Kind kind, MessageLimits limits, BodySink sink, bool no_body)
    : impl_(std::make_unique<Impl>(kind, limits, std::move(sink), no_body)) {}
MessageParser::~MessageParser() = default;

Result<size_t> MessageParser::Feed(std::string_view bytes, bool header_only) {
    return impl_->Feed(bytes, header_only);
}

Result<void> MessageParser::FeedEof() {
    if (!got_some()) return Err(ErrorCode::kCorrupt, "the peer closed before any message");
    error_code ec;
    impl_->Visit([&](auto& core) { core.put_eof(ec); });
    if (ec) return Err(ErrorCode::kCorrupt, "the peer closed in the middle of a message");
    return {};
}

bool MessageParser::got_some() const {
    return impl_->Visit([](auto& core) { return core.got_some(); });
}
bool MessageParser::header_done() const {
    return impl_->Visit([](auto& core) { return core.is_header_done(); });
}
bool MessageParser::done() const {
    return impl_->Visit([](auto& core) { return core.is_done(); });
}
const MessageHead& MessageParser::head() const { return impl_->found_.head; }
MessageHead MessageParser::TakeHead() { return std::move(impl_->found_.head); }
bool MessageParser::keep_alive() const {
    return impl_->Visit([](auto& core) { return core.keep_alive(); });
}
bool MessageParser::expects_continue() const {
    return head().version == 11 && EqualsIgnoreCase(head().headers.Get("Expect"), "100-continue");
}

}  // namespace argosy
