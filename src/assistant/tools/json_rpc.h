// Messages of JSON-RPC 2.0, as MCP sends them: one JSON object each. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy::assistant {

struct RpcMessage {
    enum class Kind { kRequest, kNotification, kResult, kError };
    Kind kind = Kind::kNotification;
    json::value id;  // of a request, as sent; of our own results and errors a number
    std::string method;
    json::value body;  // params of a request, the result, or the error's data
    int64_t code = 0;  // of an error
    std::string message;

    bool operator==(const RpcMessage&) const = default;
};

/// kCorrupt tells what is wrong with it.
Result<RpcMessage> ParseRpc(std::string_view text);
/// On one line, without its end.
std::string FormatRpc(const RpcMessage& message);

RpcMessage RpcRequest(int64_t id, std::string method, json::object params);
RpcMessage RpcNotification(std::string method, json::object params);

}  // namespace argosy::assistant
