#include "engine/grammar/masker_data.h"

#include <algorithm>
#include <bit>

namespace argosy::grammar {
namespace {

constexpr size_t kMaxAutomata = 128;
constexpr size_t kMaxCacheBytes = size_t{512} << 20;  // of automata that the cache keeps alive
constexpr size_t kMaxTokenBytes = 4096;               // longer ones are never allowed

// Counts plain characters; 0 where there are others or none, or the text cuts one in two.
size_t PlainLength(std::string_view text) {
    size_t count = 0;
    for (size_t at = 0; at < text.size(); ++count) {
        const int32_t c = NextUtf8(text, at);
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F) return 0;
    }
    return count;
}

void Set(std::span<uint64_t> words, uint32_t token) {
    words[token / 64] |= uint64_t{1} << (token % 64);
}

}  // namespace

MaskerData::MaskerData(const Tokenizer& tokenizer)
    : vocab_size_(tokenizer.vocab_size()), stop_tokens_(tokenizer.stop_tokens()) {
    std::erase_if(stop_tokens_, [&](TokenId t) { return t < 0 || t >= vocab_size_; });
    std::ranges::sort(stop_tokens_);
    plain_words_.resize(words());
    std::vector<TokenTrie::Entry> all, rest;
    for (TokenId token = 0; token < vocab_size_; ++token) {
        spelling_begin_.push_back(uint32_t(spelling_bytes_.size()));
        if (IsStop(token)) continue;
        std::string bytes = tokenizer.IsControl(token) ? ControlSpelling(tokenizer.TokenText(token))
                                                       : std::string(tokenizer.TokenBytes(token));
        if (bytes.empty() || bytes.size() > kMaxTokenBytes) continue;
        spelling_bytes_ += bytes;
        const size_t plain = PlainLength(bytes);
        if (plain >= 1 && plain <= kPlainRun) {
            Set(plain_words_, uint32_t(token));
        } else {
            rest.emplace_back(bytes, token);
        }
        all.emplace_back(std::move(bytes), token);
    }
    spelling_begin_.push_back(uint32_t(spelling_bytes_.size()));
    all_ = TokenTrie(std::move(all));
    rest_ = TokenTrie(std::move(rest));
}

std::string_view MaskerData::Spelling(TokenId token) const {
    if (token < 0 || token >= vocab_size_) return {};
    const uint32_t begin = spelling_begin_[size_t(token)], end = spelling_begin_[size_t(token) + 1];
    return std::string_view(spelling_bytes_).substr(begin, end - begin);
}

bool MaskerData::IsStop(TokenId token) const {
    return std::ranges::binary_search(stop_tokens_, token);
}

std::shared_ptr<Automaton> MaskerData::Acquire(const std::shared_ptr<const Grammar>& grammar) {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_key_.find(grammar->key()); known != by_key_.end()) {
        slots_.splice(slots_.begin(), slots_, known->second);
        Slot& slot = slots_.front();
        if (slot.automaton->full()) {
            slot.automaton = std::make_shared<Automaton>(
                std::shared_ptr<const Compiled>(grammar, &grammar->compiled()));
        }
        return slot.automaton;
    }
    auto automaton =
        std::make_shared<Automaton>(std::shared_ptr<const Compiled>(grammar, &grammar->compiled()));
    slots_.push_front({grammar->key(), automaton});
    by_key_.emplace(slots_.front().key, slots_.begin());
    Trim();
    return automaton;
}

void MaskerData::Trim() {
    size_t bytes = 0;
    for (const Slot& slot : slots_) bytes += slot.automaton->bytes();
    while (slots_.size() > 1 && (slots_.size() > kMaxAutomata || bytes > kMaxCacheBytes)) {
        bytes -= std::min(bytes, slots_.back().automaton->bytes());
        by_key_.erase(slots_.back().key);
        slots_.pop_back();
    }
}

void MaskerData::Fill(Automaton& automaton, StateId state, std::span<uint64_t> words) const {
    const std::lock_guard lock(automaton.mutex);
    automaton.SetBudget();
    const StateId local = automaton.Localized(state);
    std::shared_ptr<const LocalMask>& mask = automaton.masks[local];
    if (!mask) {
        mask = MakeLocal(automaton, local);
        automaton.CountMask(mask->bytes());
    }
    if (!mask->words.empty()) std::ranges::copy(mask->words, words.begin());
    for (const uint32_t token : mask->tokens) Set(words, token);
    if (!mask->undecided.empty()) WalkUndecided(automaton, state, *mask, words);
}

// Walks the vocabulary from a state whose surroundings are unknown. Where a rule with unknown
// surroundings has ended on the way and nothing else can be read, they decide.
std::shared_ptr<const LocalMask> MaskerData::MakeLocal(Automaton& automaton, StateId state) const {
    auto mask = std::make_shared<LocalMask>();
    std::vector<uint64_t> words(this->words());
    mask->without_plain = automaton.FreeRun(state) >= kPlainRun;
    if (mask->without_plain) words = plain_words_;
    const TokenTrie& trie = TrieOf(*mask);
    struct Level {
        StateId state;
        bool escaped;
    };
    std::vector<Level> levels(trie.max_depth() + 1);
    levels[0] = {state, false};
    for (uint32_t i = 0; i < trie.size();) {
        const TrieNode& node = trie[i];
        const Level& above = levels[node.depth];
        const StateId next = automaton.Step(above.state, node.byte);
        const bool escaped = above.escaped || automaton.Escaped(next);
        if (automaton.Empty(next) && !automaton.Accepting(next)) {
            if (escaped) mask->undecided.push_back(i);
            i = node.subtree_end;
            continue;
        }
        for (const TokenId token : trie.Tokens(i)) Set(words, uint32_t(token));
        levels[node.depth + 1U] = {next, escaped};
        ++i;
    }
    size_t count = 0;
    for (const uint64_t word : words) count += size_t(std::popcount(word));
    if (count * 4 >= words.size() * 8) {
        mask->words = std::move(words);
        return mask;
    }
    for (uint32_t w = 0; w < words.size(); ++w) {
        for (uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
            mask->tokens.push_back(w * 64 + uint32_t(std::countr_zero(bits)));
        }
    }
    return mask;
}

// Walks from the true state, but only the subtrees that MakeLocal left open.
void MaskerData::WalkUndecided(Automaton& automaton, StateId state, const LocalMask& mask,
                               std::span<uint64_t> words) const {
    const TokenTrie& trie = TrieOf(mask);
    std::vector<StateId> levels(trie.max_depth() + 1);  // [d]: the state above depth d
    levels[0] = state;
    std::vector<uint32_t> path, above;  // nodes that `levels` holds for; ancestors of a root
    for (const uint32_t root : mask.undecided) {
        above.clear();
        for (uint32_t node = root; trie[node].depth > 0;) {
            above.push_back(node = trie[node].parent);
        }
        std::ranges::reverse(above);
        size_t same = 0;
        while (same < path.size() && same < above.size() && path[same] == above[same]) ++same;
        for (size_t d = same; d < above.size(); ++d) {
            levels[d + 1] = automaton.Step(levels[d], trie[above[d]].byte);
        }
        path = above;
        for (uint32_t i = root; i < trie[root].subtree_end;) {
            const TrieNode& node = trie[i];
            const StateId next = automaton.Step(levels[node.depth], node.byte);
            if (automaton.Empty(next) && !automaton.Accepting(next)) {
                i = node.subtree_end;
                continue;
            }
            for (const TokenId token : trie.Tokens(i)) Set(words, uint32_t(token));
            levels[node.depth + 1U] = next;
            ++i;
        }
    }
}

}  // namespace argosy::grammar
