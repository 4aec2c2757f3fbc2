#include "engine/grammar/automaton.h"

#include <algorithm>

namespace argosy::grammar {
namespace {

size_t Mix(size_t hash, size_t value) {
    hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6) + (hash >> 2);
    return hash * 0xFF51AFD7ED558CCDULL;
}

}  // namespace

Automaton::Automaton(std::shared_ptr<const Compiled> grammar) : grammar_(std::move(grammar)) {
    table_.assign(1024, kUnknownStep);
    work_table_.resize(1024);
    work_stamp_.resize(1024);
    Clear();
    Intern();  // the dead state gets id 0
    for (uint32_t c = 0; c < grammar_->classes; ++c) next_[c] = kDead;
    Clear();
    Add(grammar_->rules[grammar_->root].start, kOutermost);
    Close();
    start_ = Intern();
}

void Automaton::Clear() {
    work_.clear();
    ++stamp_;
    accepting_ = escaped_ = overflow_ = false;
}

void Automaton::Add(NodeId node, StateId origin) {
    const Item item{node, origin};
    const size_t mask = work_table_.size() - 1;
    size_t at = Mix(node, origin) & mask;
    for (; work_stamp_[at] == stamp_; at = (at + 1) & mask) {
        if (work_[work_table_[at]] == item) return;
    }
    if (work_.size() >= kMaxItems) {
        overflow_ = true;
        return;
    }
    work_stamp_[at] = stamp_;
    work_table_[at] = uint32_t(work_.size());
    work_.push_back(item);
    if (work_.size() * 2 < work_table_.size()) return;
    work_table_.assign(work_table_.size() * 2, 0);
    work_stamp_.assign(work_table_.size(), 0);
    stamp_ = 1;
    for (uint32_t i = 0; i < work_.size(); ++i) {
        size_t free = Mix(work_[i].node, work_[i].origin) & (work_table_.size() - 1);
        while (work_stamp_[free] == stamp_) free = (free + 1) & (work_table_.size() - 1);
        work_stamp_[free] = stamp_;
        work_table_[free] = i;
    }
}

// Predicts the rules called and completes those that end, until nothing new comes.
void Automaton::Close() {
    for (size_t i = 0; i < work_.size() && !overflow_; ++i) {
        overflow_ = budget_ < 0;
        const Item item = work_[i];
        const Node& node = grammar_->nodes[item.node];
        for (uint32_t c = node.calls_begin; c < (&node)[1].calls_begin; ++c) {
            const CallEdge& call = grammar_->call_edges[c];
            Add(grammar_->rules[call.rule].start, kSelf);
            if (grammar_->rules[call.rule].nullable) Add(call.to, item.origin);
        }
        if (node.final) Complete(node, item.origin);
    }
}

void Automaton::Complete(const Node& node, StateId origin) {
    if (origin == kOutermost) {
        accepting_ = true;
    } else if (origin == kElsewhere) {
        escaped_ = true;
    } else if (origin != kSelf) {  // an empty rule: its callers went on when they called it
        const State& state = states_[origin];
        budget_ -= state.count;
        for (uint64_t i = state.begin; i < state.begin + state.count; ++i) {
            const Item caller = items_[i];
            const Node& from = grammar_->nodes[caller.node];
            for (uint32_t c = from.calls_begin; c < (&from)[1].calls_begin; ++c) {
                if (grammar_->call_edges[c].rule != node.rule) continue;
                Add(grammar_->call_edges[c].to, caller.origin == kSelf ? origin : caller.origin);
            }
        }
    }
}

StateId Automaton::ComputeStep(StateId from, uint8_t byte_class) {
    budget_ -= kStateCost + states_[from].count;
    if (budget_ < 0) return kDead;  // not remembered: it may be asked again with a new budget
    Clear();
    for (const Item& item : Items(from)) {
        const Node& node = grammar_->nodes[item.node];
        const StateId origin = item.origin == kSelf ? from : item.origin;
        for (uint32_t e = node.bytes_begin; e < (&node)[1].bytes_begin; ++e) {
            const ByteEdge& edge = grammar_->byte_edges[e];
            if (edge.lo > byte_class) break;
            if (byte_class <= edge.hi) Add(edge.to, origin);
        }
    }
    Close();
    const StateId to = Intern();
    next_[size_t{from} * grammar_->classes + byte_class] = to;
    return to;
}

size_t Automaton::HashOf(std::span<const Item> items, bool accepting, bool escaped) const {
    size_t hash = size_t{accepting} * 2 + escaped;
    for (const Item& item : items) hash = Mix(hash, (size_t{item.node} << 32) | item.origin);
    return hash;
}

// The id of the set in work_, new or known.
StateId Automaton::Intern() {
    if (overflow_) return kDead;
    uint16_t free_run = 0;
    std::erase_if(work_, [&](const Item& item) {  // what has ended has done its work in Close
        const Node& node = grammar_->nodes[item.node];
        free_run = std::max(free_run, node.free_run);
        return node.bytes_begin == (&node)[1].bytes_begin &&
               node.calls_begin == (&node)[1].calls_begin;
    });
    std::ranges::sort(work_);
    size_t at = HashOf(work_, accepting_, escaped_) & (table_.size() - 1);
    for (; table_[at] != kUnknownStep; at = (at + 1) & (table_.size() - 1)) {
        const State& known = states_[table_[at]];
        if (known.accepting == accepting_ && known.escaped == escaped_ &&
            std::ranges::equal(Items(table_[at]), work_)) {
            return table_[at];
        }
    }
    const StateId id = StateId(states_.size());
    State state;
    state.begin = items_.size();
    state.count = uint32_t(work_.size());
    state.free_run = free_run;
    state.accepting = accepting_;
    state.escaped = escaped_;
    states_.push_back(state);
    items_.insert(items_.end(), work_.begin(), work_.end());
    next_.resize(next_.size() + grammar_->classes, kUnknownStep);
    table_[at] = id;
    if (states_.size() * 2 > table_.size()) Rehash();
    bytes_ += sizeof(State) + work_.size() * sizeof(Item) + grammar_->classes * 4 + 8;
    return id;
}

void Automaton::Rehash() {
    table_.assign(table_.size() * 2, kUnknownStep);
    for (StateId id = 0; id < states_.size(); ++id) {
        size_t at = HashOf(Items(id), states_[id].accepting, states_[id].escaped);
        at &= table_.size() - 1;
        while (table_[at] != kUnknownStep) at = (at + 1) & (table_.size() - 1);
        table_[at] = id;
    }
}

StateId Automaton::Localized(StateId state) {
    if (states_[state].localized != kSelf) return states_[state].localized;
    Clear();
    for (const Item& item : Items(state)) {
        const bool foreign = item.origin != kSelf && item.origin != kOutermost;
        Add(item.node, foreign ? kElsewhere : item.origin);
    }
    accepting_ = states_[state].accepting;
    const StateId id = Intern();
    states_[state].localized = id;
    return id;
}

void Automaton::Import(const Automaton& from, std::span<StateId> ids) {
    std::vector<bool> needed(from.states_.size(), false);
    for (const StateId id : ids) needed[id] = true;
    const auto known = [](StateId origin) { return origin < kOutermost; };
    for (StateId id = StateId(needed.size()); id-- > 0;) {
        if (!needed[id]) continue;
        for (const Item& item : from.Items(id)) {
            if (known(item.origin)) needed[item.origin] = true;
        }
    }
    std::vector<StateId> here(needed.size(), kDead);
    for (StateId id = 0; id < needed.size(); ++id) {
        if (!needed[id]) continue;
        Clear();
        for (const Item& item : from.Items(id)) {
            Add(item.node, known(item.origin) ? here[item.origin] : item.origin);
        }
        accepting_ = from.states_[id].accepting;
        escaped_ = from.states_[id].escaped;
        here[id] = Intern();
    }
    for (StateId& id : ids) id = here[id];
    limit_ = std::max(kMaxBytes, 2 * bytes());
}

}  // namespace argosy::grammar
