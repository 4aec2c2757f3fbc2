#include "engine/scheduler/token_counts.h"

#include <bit>

namespace argosy {

bool UsesPenalties(const SamplingParams& params) {
    return params.repetition_penalty != 1.0F || params.presence_penalty != 0.0F ||
           params.frequency_penalty != 0.0F;
}

TokenCounts::TokenCounts(std::span<const TokenId> prompt) : slots_(64) {
    for (TokenId token : prompt) Find(token);
}

void TokenCounts::AddOutput(TokenId token) { ++Find(token).outputs; }

void TokenCounts::Penalise(const SamplingParams& params, std::span<float> row) const {
    for (const Slot& slot : slots_) {
        if (slot.token < 0 || static_cast<size_t>(slot.token) >= row.size()) continue;
        float& logit = row[slot.token];
        if (params.repetition_penalty != 1.0F) {
            logit =
                logit > 0 ? logit / params.repetition_penalty : logit * params.repetition_penalty;
        }
        if (slot.outputs == 0) continue;
        logit -= params.frequency_penalty * static_cast<float>(slot.outputs);
        logit -= params.presence_penalty;
    }
}

TokenCounts::Slot& TokenCounts::Find(TokenId token) {
    if ((filled_ + 1) * 2 > slots_.size()) Grow();
    const size_t mask = slots_.size() - 1;
    size_t at = static_cast<uint32_t>(token) * 0x9E3779B1U & mask;
    while (slots_[at].token >= 0 && slots_[at].token != token) at = (at + 1) & mask;
    if (slots_[at].token < 0) {
        slots_[at].token = token;
        ++filled_;
    }
    return slots_[at];
}

void TokenCounts::Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    filled_ = 0;
    for (const Slot& slot : old) {
        if (slot.token >= 0) Find(slot.token).outputs = slot.outputs;
    }
}

}  // namespace argosy
