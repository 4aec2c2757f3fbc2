#include "assistant/tools/json_rpc.h"

namespace argosy::assistant {

namespace {

using Kind = RpcMessage::Kind;

std::unexpected<Error> Bad(std::string_view what) {
    return Err(ErrorCode::kCorrupt, "no JSON-RPC message: {}", what);
}

Result<void> ReadError(const json::value& value, RpcMessage& out) {
    const json::object* error = value.if_object();
    const json::value* code = error ? error->if_contains("code") : nullptr;
    if (code == nullptr || !code->is_int64()) return Bad("an error without its code");
    out.code = code->as_int64();
    const json::value* message = error->if_contains("message");
    if (message != nullptr && message->is_string()) out.message = message->as_string();
    if (const json::value* data = error->if_contains("data")) out.body = *data;
    return {};
}

}  // namespace

Result<RpcMessage> ParseRpc(std::string_view text) {
    const auto parsed = ParseJson(text);
    if (!parsed || !parsed->is_object()) return Bad("it is no JSON object");
    const json::object& object = parsed->as_object();
    const json::value* version = object.if_contains("jsonrpc");
    if (version == nullptr || *version != "2.0") return Bad("\"jsonrpc\" is not \"2.0\"");
    RpcMessage out;
    const json::value* id = object.if_contains("id");
    // A fraction, or a number beyond 64 bits, would not be the same once written again.
    if (id != nullptr && (id->is_structured() || id->is_bool() || id->is_double())) {
        return Bad("an odd id");
    }
    if (id != nullptr) out.id = *id;
    if (const json::value* method = object.if_contains("method")) {
        if (!method->is_string()) return Bad("the method is no text");
        out.kind = id != nullptr ? Kind::kRequest : Kind::kNotification;
        out.method = method->as_string();
        if (const json::value* params = object.if_contains("params")) out.body = *params;
        return out;
    }
    if (id == nullptr) return Bad("it has neither a method nor an id");
    if (const json::value* error = object.if_contains("error")) {
        out.kind = Kind::kError;
        ARGOSY_CHECK_OK(ReadError(*error, out));
        return out;
    }
    const json::value* result = object.if_contains("result");
    if (result == nullptr) return Bad("it has neither a result nor an error");
    out.kind = Kind::kResult;
    out.body = *result;
    return out;
}

std::string FormatRpc(const RpcMessage& message) {
    json::object out{{"jsonrpc", "2.0"}};
    if (message.kind != Kind::kNotification) out["id"] = message.id;
    switch (message.kind) {
        case Kind::kRequest:
        case Kind::kNotification:
            out["method"] = message.method;
            if (!message.body.is_null()) out["params"] = message.body;
            break;
        case Kind::kResult:
            out["result"] = message.body;
            break;
        case Kind::kError:
            out["error"] = {{"code", message.code}, {"message", message.message}};
            if (!message.body.is_null()) out["error"].as_object()["data"] = message.body;
            break;
    }
    return json::serialize(out);
}

RpcMessage RpcRequest(int64_t id, std::string method, json::object params) {
    return {Kind::kRequest, id, std::move(method), std::move(params), 0, {}};
}

RpcMessage RpcNotification(std::string method, json::object params) {
    return {Kind::kNotification, nullptr, std::move(method), std::move(params), 0, {}};
}

}  // namespace argosy::assistant
