#include "net/exchange.h"

#include <utility>

#include "net/exchange_state.h"

namespace argosy {

std::optional<std::string_view> ServerRequest::Query(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::string_view ServerRequest::Param(std::string_view name) const {
    for (const auto& [key, value] : params) {
        if (key == name) return value;
    }
    return {};
}

std::string_view ServerRequest::BearerToken() const {
    std::string_view value = headers.Get("Authorization");
    if (value.size() < 7 || !EqualsIgnoreCase(value.substr(0, 7), "Bearer ")) return {};
    value.remove_prefix(7);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
}

StreamWriter::StreamWriter(std::shared_ptr<internal::ExchangeState> state)
    : state_(std::move(state)) {}
StreamWriter::~StreamWriter() { state_->Abort(); }
bool StreamWriter::Write(std::string bytes) { return state_->Write(std::move(bytes)); }
void StreamWriter::Close() { state_->Close(); }
bool StreamWriter::alive() const { return state_->alive(); }
size_t StreamWriter::buffered_bytes() const { return state_->buffered_bytes(); }

Exchange::Exchange(std::shared_ptr<internal::ExchangeState> state) : state_(std::move(state)) {}
Exchange::~Exchange() { state_->Abandon(); }
const ServerRequest& Exchange::request() const { return state_->request(); }
ServerRequest& Exchange::mutable_request() { return state_->request(); }

void Exchange::Respond(int status, Headers headers, std::string body) {
    state_->Answer(status, std::move(headers), std::move(body), false);
}

std::shared_ptr<StreamWriter> Exchange::StartStream(int status, Headers headers) {
    if (state_->Answer(status, std::move(headers), {}, true)) {
        return std::make_shared<StreamWriter>(state_);
    }
    // Answered already, or the client is gone: a writer of its own that refuses every byte.
    auto dead = std::make_shared<internal::ExchangeState>(ServerRequest{}, 0, nullptr);
    dead->ClientGone();
    return std::make_shared<StreamWriter>(std::move(dead));
}

bool Exchange::responded() const { return state_->responded(); }
void Exchange::OnDisconnect(std::function<void()> callback) {
    state_->OnDisconnect(std::move(callback));
}
void Exchange::Keep(std::shared_ptr<const void> thing) { state_->Keep(std::move(thing)); }
bool Exchange::disconnected() const { return state_->disconnected(); }

}  // namespace argosy
