// Redis's wire format (RESP2): commands out, replies in, incremental and bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy::assistant {

struct RespValue {
    enum class Kind { kText, kError, kInteger, kBulk, kNull, kArray };
    Kind kind = Kind::kNull;
    std::string text;  // of kText, kError, kBulk
    int64_t integer = 0;
    std::vector<RespValue> items;

    bool operator==(const RespValue&) const = default;
};

/// A command as an array of bulk strings.
std::string EncodeCommand(std::span<const std::string> words);
/// A reply as a server writes it.
std::string EncodeReply(const RespValue& value);

struct RespLimits {
    size_t max_bytes = size_t{64} << 20;  // of one reply
    size_t max_depth = 8;
};

/// Reads one reply from the front of `bytes`. The number of bytes that it takes; 0: more are
/// needed. kCorrupt where they are no reply, kResourceExhausted beyond the limits.
Result<size_t> ParseReply(std::string_view bytes, RespValue& value, const RespLimits& limits = {});

}  // namespace argosy::assistant
