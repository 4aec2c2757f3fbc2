#include "engine/grammar/trigger_matcher.h"

#include <deque>

namespace argosy::grammar {

TriggerMatcher::TriggerMatcher(const std::vector<std::string>& triggers) : states_(1) {
    for (uint32_t t = 0; t < triggers.size(); ++t) {
        uint32_t at = 0;
        for (const char c : triggers[t]) {
            uint32_t next = states_[at].next[uint8_t(c)];
            if (next == kNone) {
                next = uint32_t(states_.size());
                states_.emplace_back();
                states_[at].next[uint8_t(c)] = next;
            }
            at = next;
        }
        if (states_[at].found == kNone) states_[at].found = t;
    }
    // Breadth first, so that the shorter suffix that a state falls back to is complete.
    std::vector<uint32_t> fallback(states_.size(), 0);
    std::deque<uint32_t> queue = {0};
    while (!queue.empty()) {
        const uint32_t at = queue.front();
        queue.pop_front();
        if (states_[at].found == kNone) states_[at].found = states_[fallback[at]].found;
        for (int b = 0; b < 256; ++b) {
            uint32_t& next = states_[at].next[size_t(b)];
            const uint32_t other = at == 0 ? 0 : states_[fallback[at]].next[size_t(b)];
            if (next == kNone) {
                next = b >= 0xFE ? kNone : other;
            } else {
                fallback[next] = at == 0 || other == kNone ? 0 : other;
                queue.push_back(next);
            }
        }
    }
}

std::vector<TriggerMatcher::Step> TriggerMatcher::Steps(uint32_t state) const {
    std::vector<Step> steps;
    if (states_[state].found != kNone) return steps;  // never entered
    for (int b = 0; b < 256; ++b) {
        const uint32_t next = states_[state].next[size_t(b)];
        if (next == kNone) continue;
        const uint32_t found = states_[next].found;
        const Step step{uint8_t(b), uint8_t(b), found != kNone, found != kNone ? found : next};
        if (!steps.empty() && steps.back().hi + 1 == b && steps.back().found == step.found &&
            steps.back().target == step.target) {
            steps.back().hi = uint8_t(b);
        } else {
            steps.push_back(step);
        }
    }
    return steps;
}

}  // namespace argosy::grammar
