// How far one choice has come through the grammar of its request, and what may come next. Keeps
// the grammar room's types out of the scheduler.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/sampling_params.h"
#include "model/tokenizer.h"

namespace argosy {

/// What the constraints of one engine share: the vocabulary prepared for masking. Thread-safe.
class ConstraintSource {
  public:
    /// `vocab_size`: bits of a mask, at least the tokenizer's. The tokenizer outlives the source.
    ConstraintSource(const Tokenizer& tokenizer, int32_t vocab_size);
    ~ConstraintSource();

    struct Shared;
    Shared& shared() const { return *shared_; }

  private:
    std::unique_ptr<Shared> shared_;
};

/// A place in a grammar; a copy can go ahead on its own. Different ones may be used at the same
/// time, one by one thread only. The source outlives it.
class Constraint {
  public:
    Constraint(const ConstraintSource& source, std::shared_ptr<const Grammar> grammar);
    Constraint(const Constraint& other);
    Constraint& operator=(const Constraint&) = delete;
    ~Constraint();

    /// Sets bit t % 32 of word t / 32 for each token t that may come next, and clears the others.
    /// Stop tokens may come where the grammar can end, and nothing else once it is complete.
    void Mask(std::span<uint32_t> words) const;
    /// Moves on by a token; false, and nothing moves, where it may not come or ends the text.
    bool Accept(TokenId token);
    /// Nothing but the end can follow.
    bool complete() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace argosy
