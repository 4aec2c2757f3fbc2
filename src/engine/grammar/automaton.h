// The automaton of one grammar, made as it is walked: Earley's sets (Earley 1970) over bytes, each
// set kept once and steps between them remembered, so that the usual step is one table look-up.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/grammar/compile.h"

namespace argosy::grammar {

using StateId = uint32_t;

/// The tokens that may come next at a state as far as that can be told without what surrounds the
/// rules it is in, and those trie nodes from which on the surroundings decide.
struct LocalMask {
    std::vector<uint64_t> words;      // allowed for certain; empty where `tokens` tells it shorter
    std::vector<uint32_t> tokens;     // else the allowed ones
    std::vector<uint32_t> undecided;  // roots of subtrees in the trie, ascending
    bool without_plain = false;       // `undecided` is about the trie without the plain tokens
    size_t bytes() const { return words.size() * 8 + (tokens.size() + undecided.size()) * 4 + 64; }
};

/// Not thread-safe: callers hold `mutex` for everything but the limits. A state is a set of
/// (node, origin): origin is the state in which the node's rule began. Origins come before the
/// states that name them.
class Automaton {
  public:
    static constexpr StateId kDead = 0;

    explicit Automaton(std::shared_ptr<const Compiled> grammar);

    StateId start() const { return start_; }
    /// The state behind `byte`; kDead: none.
    StateId Step(StateId from, uint8_t byte) { return StepClass(from, grammar_->byte_class[byte]); }
    StateId StepClass(StateId from, uint8_t byte_class) {
        const uint32_t known = next_[size_t{from} * grammar_->classes + byte_class];
        return known != kUnknownStep ? known : ComputeStep(from, byte_class);
    }
    /// The root can end at this state.
    bool Accepting(StateId state) const { return states_[state].accepting; }
    /// Some rule with unknown surroundings ended at this state.
    bool Escaped(StateId state) const { return states_[state].escaped; }
    /// Nothing can be read from it.
    bool Empty(StateId state) const { return states_[state].count == 0; }
    /// Longest text of plain characters that is surely allowed next.
    uint16_t FreeRun(StateId state) const { return states_[state].free_run; }
    /// The same state with all origins replaced by one of unknown surroundings.
    StateId Localized(StateId state);
    /// Brings states of another automaton of the same grammar here; ids are replaced in place.
    /// Where they alone nearly fill it, it may grow to twice their size.
    void Import(const Automaton& from, std::span<StateId> ids);

    /// Bounds the work until the next call: beyond it steps not known yet count as dead. Only
    /// hostile grammars come near it.
    void SetBudget() { budget_ = kBudget; }

    const Compiled& grammar() const { return *grammar_; }
    size_t state_count() const { return states_.size(); }
    size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    /// Has grown so large that its users should move to a fresh one.
    bool full() const { return bytes() > limit_.load(std::memory_order_relaxed); }

    std::mutex mutex;
    std::unordered_map<StateId, std::shared_ptr<const LocalMask>> masks;
    void CountMask(size_t size) { bytes_ += size; }

  private:
    static constexpr uint32_t kUnknownStep = UINT32_MAX;
    static constexpr size_t kMaxBytes = size_t{96} << 20;
    // Larger sets come only of hostile grammars; such a state counts as dead.
    static constexpr size_t kMaxItems = 20'000;
    static constexpr int64_t kBudget = 20'000'000;  // items looked at
    static constexpr int64_t kStateCost = 40;       // of making a state, in items

    struct Item {
        NodeId node = 0;
        StateId origin = 0;
        bool operator==(const Item&) const = default;
        auto operator<=>(const Item&) const = default;
    };
    static constexpr StateId kSelf = UINT32_MAX;           // the rule begins at this very state
    static constexpr StateId kElsewhere = UINT32_MAX - 1;  // unknown surroundings
    static constexpr StateId kOutermost = UINT32_MAX - 2;  // the root

    struct State {
        uint64_t begin = 0;  // into items_
        uint32_t count = 0;
        StateId localized = kSelf;  // kSelf: not known yet
        uint16_t free_run = 0;
        bool accepting = false, escaped = false;
    };

    StateId ComputeStep(StateId from, uint8_t byte_class);
    void Clear();
    void Add(NodeId node, StateId origin);
    void Close();
    void Complete(const Node& node, StateId origin);
    StateId Intern();
    void Rehash();
    size_t HashOf(std::span<const Item> items, bool accepting, bool escaped) const;
    std::span<const Item> Items(StateId state) const {
        return std::span(items_).subspan(states_[state].begin, states_[state].count);
    }

    const std::shared_ptr<const Compiled> grammar_;
    std::vector<State> states_;
    std::vector<Item> items_;
    std::vector<uint32_t> next_;  // states x classes
    std::vector<StateId> table_;  // open hash of states; kUnknownStep: free
    StateId start_ = kDead;
    std::atomic<size_t> bytes_ = 0;
    std::atomic<size_t> limit_ = kMaxBytes;

    // The set being made.
    std::vector<Item> work_;
    std::vector<uint32_t> work_table_;  // open hash into work_, by stamp
    std::vector<uint32_t> work_stamp_;
    uint32_t stamp_ = 0;
    int64_t budget_ = kBudget;
    bool accepting_ = false, escaped_ = false, overflow_ = false;
};

}  // namespace argosy::grammar
