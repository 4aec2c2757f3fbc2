// Text that holds none of a set of strings, as an automaton (Aho, Corasick 1975).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace argosy::grammar {

class TriggerMatcher {
  public:
    /// Bytes lo to hi lead to state `target`, or where `found`, complete trigger `target`.
    struct Step {
        uint8_t lo = 0, hi = 0;
        bool found = false;
        uint32_t target = 0;
    };

    explicit TriggerMatcher(const std::vector<std::string>& triggers);

    uint32_t states() const { return uint32_t(states_.size()); }  // 0 is the start
    /// Bytes 0xFE and 0xFF go nowhere but along a trigger.
    std::vector<Step> Steps(uint32_t state) const;

  private:
    static constexpr uint32_t kNone = UINT32_MAX;
    struct State {
        std::array<uint32_t, 256> next;
        uint32_t found = kNone;  // the trigger that ends here
        State() { next.fill(kNone); }
    };
    std::vector<State> states_;
};

}  // namespace argosy::grammar
