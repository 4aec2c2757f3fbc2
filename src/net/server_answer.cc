// The sending half of ServerConnection.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <ctime>

#include "net/server_connection.h"
#include "net/status_text.h"
#include "telemetry/log.h"

namespace argosy::internal {

namespace {

constexpr std::chrono::seconds kLingerTime{2};

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7), made once a second.
const std::string& HttpDate() {
    thread_local std::time_t made_at = 0;
    thread_local std::string text;
    const std::time_t now = std::time(nullptr);
    if (now == made_at) return text;
    made_at = now;
    std::tm tm{};
    gmtime_r(&now, &tm);
    constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    text = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[tm.tm_wday], tm.tm_mday,
                       kMonths[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return text;
}

bool HasNoLine(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void AppendFields(std::string& out, const Headers& headers) {
    for (const Header& field : headers) {
        // Framing is ours; a line break would let a value forge a header.
        if (EqualsIgnoreCase(field.name, "Content-Length") ||
            EqualsIgnoreCase(field.name, "Transfer-Encoding") ||
            EqualsIgnoreCase(field.name, "Connection") || !HasNoLine(field.name) ||
            !HasNoLine(field.value)) {
            continue;
        }
        fmt::format_to(std::back_inserter(out), "{}: {}\r\n", field.name, field.value);
    }
}

bool MayHaveBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::optional<uint64_t> GivenLength(const Headers& headers) {
    const std::string_view text = headers.Get("Content-Length");
    uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
    return length;
}

}  // namespace

/// How the answer in progress goes out.
struct ServerConnection::Sending {
    ExchangeState& state;
    bool head_request = false;
    bool keep_alive = true;
    int version = 11;
    bool head_sent = false;
    Body body = Body::kNone;
    uint64_t length_left = 0;  // of kLength
};

std::string ServerConnection::HeadText(int status, const Headers& headers, Body body,
                                       uint64_t length, bool keep_alive) const {
    std::string out =
        fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", status, StatusText(status), HttpDate());
    AppendFields(out, headers);
    AppendFields(out, cors_);
    AppendFields(out, shared_.options.extra_headers);
    if (body == Body::kLength) {
        fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", length);
    } else if (body == Body::kChunked) {
        out += "Transfer-Encoding: chunked\r\n";
    }
    out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return out;
}

std::string ServerConnection::ErrorText(int status, std::string_view message,
                                        Headers& headers) const {
    if (shared_.options.error_body) return shared_.options.error_body(status, message, headers);
    headers.Set("Content-Type", "text/plain; charset=utf-8");
    return std::string(message) + "\n";
}

asio::awaitable<void> ServerConnection::Refuse(int status, std::string message, bool head_request) {
    Headers headers;
    std::string body = ErrorText(status, message, headers);
    std::string head = HeadText(status, headers, Body::kLength, body.size(), false);
    if (head_request) body.clear();
    co_await WriteAll(std::move(head), std::move(body), std::string());
    if (shared_.options.on_done) {
        shared_.options.on_done(AccessRecord{{}, {}, peer_, status, 0, {}, true});
    }
}

// The handler may throw: then its Exchange is dropped, and that alone sends a 500.
void ServerConnection::CallHandler(const std::shared_ptr<ExchangeState>& state, bool admitted) {
    if (IsPreflight(shared_.options.cors, state->request())) {
        state->Answer(204, {}, {}, false);
        return;
    }
    if (!admitted) {
        Headers headers{{"Retry-After", "1"}};
        std::string body = ErrorText(503, "too many requests are in flight", headers);
        state->Answer(503, std::move(headers), std::move(body), false);
        return;
    }
    try {
        shared_.handler(std::make_shared<Exchange>(state));
    } catch (const std::exception& error) {
        log::Error("a request's handler threw",
                   {{"target", state->request().target}, {"error", error.what()}});
        state->Abandon();
    }
}

asio::awaitable<bool> ServerConnection::Answer(ServerRequest request, bool keep_alive,
                                               int version) {
    const auto started = Clock::now();
    shared_.requests.fetch_add(1);
    auto wake = [weak = weak_from_this(), executor = transport_.executor()] {
        asio::post(executor, [weak] {
            if (const auto self = weak.lock()) self->Wake();
        });
    };
    const auto state = std::make_shared<ExchangeState>(
        std::move(request), shared_.options.stream_buffer_bytes, std::move(wake));
    exchange_ = state;
    status_ = 0;
    body_bytes_ = 0;
    const bool admitted = shared_.in_flight.fetch_add(1) < shared_.options.max_in_flight;
    CallHandler(state, admitted);
    const bool sent = co_await SendAnswer(state, &keep_alive, version);
    if (sent) {
        state->Complete();
    } else {
        shared_.disconnects.fetch_add(1);
        state->ClientGone();
    }
    exchange_.reset();
    shared_.in_flight.fetch_sub(1);
    if (shared_.options.on_done) {
        shared_.options.on_done(AccessRecord{state->request().method, state->request().target,
                                             peer_, status_, body_bytes_, Clock::now() - started,
                                             sent});
    }
    co_return sent&& keep_alive;
}

asio::awaitable<bool> ServerConnection::SendAnswer(std::shared_ptr<ExchangeState> state,
                                                   bool* keep_alive, int version) {
    const auto limit = shared_.options.request_timeout;
    const TimePoint deadline = limit.count() > 0 ? Clock::now() + limit : TimePoint::max();
    Sending sending{*state, state->request().method == "HEAD", *keep_alive, version};
    while (true) {
        ExchangeState::Output output = state->Take();
        if (output.aborted && (sending.head_sent || output.has_head)) co_return false;
        if (output.aborted) {
            *keep_alive = false;
            std::string message = "the server gave no answer";
            co_await Refuse(500, std::move(message), sending.head_request);
            status_ = 500;
            co_return !aborted_;
        }
        const bool finished = output.finished;
        const bool sent = co_await SendBlock(sending, std::move(output));
        if (!sent) co_return false;
        state->Sent();
        *keep_alive = sending.keep_alive;
        if (finished) co_return sending.body != Body::kLength || sending.length_left == 0;
        // A HEAD of a stream is answered by its header; the writer learns that nobody reads.
        if (sending.head_sent && sending.head_request) {
            state->ClientGone();
            co_return true;
        }
        if (input_ended_ || aborted_) co_return false;
        const bool woken = co_await WaitUntil(deadline);
        if (woken) continue;
        if (!sending.head_sent) {
            state->ClientGone();
            std::string message = "the request passed its time limit";
            co_await Refuse(504, std::move(message), sending.head_request);
            status_ = 504;
        }
        co_return false;
    }
}

asio::awaitable<bool> ServerConnection::SendBlock(Sending& sending, ExchangeState::Output output) {
    std::string head;
    if (output.has_head) {
        sending.head_sent = true;
        status_ = output.status;
        sending.keep_alive = sending.keep_alive && !shared_.draining.load() &&
                             !output.headers.HasToken("Connection", "close");
        const auto given = GivenLength(output.headers);
        uint64_t length = output.body.size();
        if (!MayHaveBody(output.status)) {
            sending.body = Body::kNone;
        } else if (!output.streaming || given) {
            sending.body = Body::kLength;
            if (given && (output.streaming || sending.head_request)) length = *given;
        } else {
            sending.body = sending.version >= 11 ? Body::kChunked : Body::kUntilClose;
        }
        sending.length_left = sending.head_request ? 0 : length;
        if (sending.body == Body::kUntilClose) sending.keep_alive = false;
        head = HeadText(output.status, output.headers, sending.body, length, sending.keep_alive);
    }
    if (!sending.head_sent) co_return true;
    if (sending.head_request || sending.body == Body::kNone) output.body.clear();
    std::string tail;
    if (sending.body == Body::kLength) {
        if (output.body.size() > sending.length_left) co_return false;  // more than was promised
        sending.length_left -= output.body.size();
    } else if (sending.body == Body::kChunked && !sending.head_request) {
        if (!output.body.empty()) {
            fmt::format_to(std::back_inserter(head), "{:x}\r\n", output.body.size());
            tail = "\r\n";
        }
        if (output.finished) tail += "0\r\n\r\n";
    }
    if (head.empty() && output.body.empty() && tail.empty()) co_return true;
    body_bytes_ += output.body.size();
    co_return co_await WriteAll(std::move(head), std::move(output.body), std::move(tail));
}

asio::awaitable<bool> ServerConnection::WriteAll(std::string head, std::string body,
                                                 std::string tail) {
    const std::string_view parts[] = {head, body, tail};
    size_t part = 0;
    size_t offset = 0;
    std::vector<asio::const_buffer> buffers;
    bool ok = true;
    while (ok && !aborted_) {
        while (part < 3 && offset >= parts[part].size()) offset -= parts[part++].size();
        if (part == 3) break;
        buffers.clear();
        for (size_t i = part; i < 3; ++i) {
            const std::string_view rest = parts[i].substr(i == part ? offset : 0);
            if (!rest.empty()) buffers.emplace_back(rest.data(), rest.size());
        }
        ArmGuard(shared_.options.write_timeout);
        const IoResult wrote = co_await transport_.WriteSome(buffers);
        ok = !wrote.error;
        offset += wrote.bytes;
    }
    CancelGuard();
    co_return ok && !aborted_;
}

// Closing with unread input would reset the connection and could take the answer from the client
// with it: so the sending side is shut, and input is read and dropped for a while.
asio::awaitable<void> ServerConnection::Linger() {
    discard_ = true;
    input_.clear();
    input_used_ = 0;
    gate_timer_.cancel();
    ArmGuard(kLingerTime);
    co_await transport_.ShutdownSend();
    bool waiting = true;
    const TimePoint deadline = Clock::now() + kLingerTime;
    while (waiting && !input_ended_ && !aborted_) waiting = co_await WaitUntil(deadline);
    CancelGuard();
}

}  // namespace argosy::internal
