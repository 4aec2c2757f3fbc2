// What TokenMasker holds: the vocabulary as tries, and an automaton per grammar in use.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/grammar/automaton.h"
#include "engine/grammar/grammar.h"
#include "engine/grammar/token_trie.h"

namespace argosy::grammar {

/// Thread-safe.
class MaskerData {
  public:
    explicit MaskerData(const Tokenizer& tokenizer);

    /// The automaton to use for the grammar now: the one in the cache unless that is full.
    std::shared_ptr<Automaton> Acquire(const std::shared_ptr<const Grammar>& grammar);

    /// Sets the bits of the tokens that may come next at `state`, except stop tokens. Bits are
    /// clear before. Takes the automaton's mutex.
    void Fill(Automaton& automaton, StateId state, std::span<uint64_t> words) const;

    /// How the grammar sees a token: its bytes, or a control token's spelling; empty for none.
    std::string_view Spelling(TokenId token) const;
    bool IsStop(TokenId token) const;
    std::span<const TokenId> stop_tokens() const { return stop_tokens_; }
    int32_t vocab_size() const { return vocab_size_; }
    size_t words() const { return (size_t(vocab_size_) + 63) / 64; }

  private:
    struct Slot {
        std::string key;
        std::shared_ptr<Automaton> automaton;
    };

    std::shared_ptr<const LocalMask> MakeLocal(Automaton& automaton, StateId state) const;
    void WalkUndecided(Automaton& automaton, StateId state, const LocalMask& mask,
                       std::span<uint64_t> words) const;
    const TokenTrie& TrieOf(const LocalMask& mask) const {
        return mask.without_plain ? rest_ : all_;
    }
    void Trim();

    int32_t vocab_size_ = 0;
    std::vector<TokenId> stop_tokens_;
    std::string spelling_bytes_;
    std::vector<uint32_t> spelling_begin_;  // per token, and the end
    // Tokens of at most kPlainRun characters, all of them plain, and all others. Where so many
    // plain characters may come, the first need no walk.
    static constexpr uint32_t kPlainRun = 16;
    TokenTrie plain_, all_, rest_;
    std::vector<uint64_t> plain_words_;

    mutable std::mutex mutex_;  // guards what follows
    std::list<Slot> slots_;     // last used first
    std::unordered_map<std::string_view, std::list<Slot>::iterator> by_key_;
};

}  // namespace argosy::grammar
