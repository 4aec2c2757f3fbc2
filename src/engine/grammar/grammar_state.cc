#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "engine/grammar/grammar.h"
#include "engine/grammar/masker_data.h"

namespace argosy {
namespace {

static_assert(std::endian::native == std::endian::little,
              "a mask of 64-bit words is read as one of 32-bit words");

constexpr size_t kMaxForced = 256;

}  // namespace

TokenMasker::TokenMasker(const Tokenizer& tokenizer)
    : data_(std::make_unique<grammar::MaskerData>(tokenizer)) {}
TokenMasker::~TokenMasker() = default;
int32_t TokenMasker::vocab_size() const { return data_->vocab_size(); }

GrammarState::GrammarState(const TokenMasker& masker, std::shared_ptr<const Grammar> grammar)
    : masker_(&masker),
      grammar_(std::move(grammar)),
      automaton_(masker.data().Acquire(grammar_)),
      state_(automaton_->start()) {}

// Moves to a fresh automaton where the present one has grown too large.
void GrammarState::Renew() const {
    if (!automaton_->full()) return;
    const auto fresh = masker_->data().Acquire(grammar_);
    if (fresh == automaton_) return;
    history_.push_back(state_);
    {
        const std::scoped_lock both(fresh->mutex, automaton_->mutex);
        fresh->Import(*automaton_, history_);
    }
    automaton_ = fresh;
    state_ = history_.back();
    history_.pop_back();
}

void GrammarState::FillMask(std::span<uint64_t> bitmask) const {
    const grammar::MaskerData& data = masker_->data();
    ARGOSY_CHECK(bitmask.size() >= data.words());
    std::ranges::fill(bitmask, 0);
    if (!ended_) {
        Renew();
        data.Fill(*automaton_, state_, bitmask);
    }
    if (!CanEnd()) return;
    for (const TokenId stop : data.stop_tokens()) {
        bitmask[size_t(stop) / 64] |= uint64_t{1} << (stop % 64);
    }
}

void GrammarState::FillMask(std::span<uint32_t> bitmask) const {
    std::vector<uint64_t> wide(masker_->data().words());
    FillMask(std::span<uint64_t>(wide));
    const size_t needed = (size_t(masker_->vocab_size()) + 31) / 32;
    ARGOSY_CHECK(bitmask.size() >= needed);
    std::ranges::fill(bitmask, 0);
    std::memcpy(bitmask.data(), wide.data(), needed * sizeof(uint32_t));
}

void GrammarState::Move(uint32_t next) {
    if (history_.size() >= 2 * kMaxRollback) {
        history_.erase(history_.begin(), history_.end() - kMaxRollback);
    }
    history_.push_back(state_);
    state_ = next;
}

bool GrammarState::Accept(TokenId token) {
    if (ended_) return false;
    const grammar::MaskerData& data = masker_->data();
    if (data.IsStop(token)) {
        if (!CanEnd()) return false;
        Move(state_);
        ended_ = true;
        return true;
    }
    const std::string_view bytes = data.Spelling(token);
    return !bytes.empty() && AcceptBytes(bytes);
}

bool GrammarState::AcceptBytes(std::string_view bytes) {
    if (ended_) return false;
    Renew();
    uint32_t next = state_;
    {
        const std::lock_guard lock(automaton_->mutex);
        automaton_->SetBudget();
        for (const char c : bytes) next = automaton_->Step(next, uint8_t(c));
        if (automaton_->Empty(next) && !automaton_->Accepting(next)) return false;
    }
    Move(next);
    return true;
}

bool GrammarState::Rollback(int n) {
    if (n < 0 || size_t(n) > history_.size()) return false;
    if (n == 0) return true;
    state_ = history_[history_.size() - size_t(n)];
    history_.resize(history_.size() - size_t(n));
    ended_ = false;
    return true;
}

bool GrammarState::CanEnd() const {
    const std::lock_guard lock(automaton_->mutex);
    return ended_ || automaton_->Accepting(state_);
}

bool GrammarState::IsComplete() const {
    const std::lock_guard lock(automaton_->mutex);
    return ended_ || (automaton_->Accepting(state_) && automaton_->Empty(state_));
}

std::optional<std::string> GrammarState::ForcedText() const {
    if (ended_) return std::nullopt;
    const std::lock_guard lock(automaton_->mutex);
    automaton_->SetBudget();
    std::string forced;
    uint32_t at = state_;
    while (forced.size() < kMaxForced && !automaton_->Accepting(at)) {
        int only = -1;
        for (int b = 0; b < 256 && only != -2; ++b) {
            const uint32_t next = automaton_->Step(at, uint8_t(b));
            if (automaton_->Empty(next) && !automaton_->Accepting(next)) continue;
            only = only == -1 ? b : -2;
        }
        if (only < 0 || only >= 0xFE) break;  // a control token has no text
        forced += char(only);
        at = automaton_->Step(at, uint8_t(only));
    }
    if (forced.empty()) return std::nullopt;
    return forced;
}

}  // namespace argosy
