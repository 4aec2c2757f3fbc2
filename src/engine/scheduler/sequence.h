// One choice of one request as the scheduler sees it: tokens, and the KV blocks that hold them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/scheduler/block_pool.h"
#include "model/tokenizer.h"

namespace argosy {

struct ActiveChoice;

struct Sequence {
    uint64_t id = 0;    // unique; the order of equals
    int64_t order = 0;  // lower runs first (OrderOf)
    std::shared_ptr<const CacheRoot> root;
    std::vector<TokenId> tokens;     // prompt and output so far
    std::vector<TokenId> draft;      // proposed to follow `tokens`, verified by the next step
    bool wants_prompt_rows = false;  // logits of every prompt token are still needed

    ActiveChoice* owner = nullptr;  // nothing to the scheduler

    // Kept by the scheduler.
    bool running = false;
    bool planned = false;       // in the step being planned
    bool started = false;       // was scheduled once
    int32_t computed = 0;       // leading tokens whose keys and values are in `blocks`
    int32_t registered = 0;     // leading blocks known to the prefix cache
    int32_t cached_tokens = 0;  // of the prompt, found in the cache before the first token
    std::vector<int32_t> blocks;

    int32_t length() const { return static_cast<int32_t>(tokens.size()); }
    int32_t remaining() const { return length() - computed; }
};

/// One level of priority is worth this much waiting: a request of any priority becomes the oldest
/// one in the end, so nothing starves.
inline constexpr std::chrono::seconds kPriorityLevel{10};

/// The key by which sequences run, fixed at arrival.
inline int64_t OrderOf(int32_t priority, std::chrono::steady_clock::time_point arrival) {
    int64_t level = priority < -1'000'000  ? -1'000'000
                    : priority > 1'000'000 ? 1'000'000
                                           : priority;
    return std::chrono::nanoseconds(arrival.time_since_epoch()).count() +
           level * std::chrono::nanoseconds(kPriorityLevel).count();
}

inline bool RunsBefore(const Sequence& a, const Sequence& b) {
    return a.order != b.order ? a.order < b.order : a.id < b.id;
}

}  // namespace argosy
