// A row of training data as token ids and, for each token, whether its prediction counts in the
// loss: what the assistant says (its end-of-turn token with it) and nothing else.
//
// A chat row is rendered by the model's own template, exactly as a server renders the prompt of
// that answer. Where the template writes earlier turns differently once there are later ones
// (reasoning taken out, for example), one sequence for each answer is made in place of one for the
// whole row, so that every answer is learnt after the prompt that it will really have.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "lifecycle/example.h"
#include "model/chat_format.h"
#include "model/tokenizer.h"

namespace argosy::lifecycle {

struct TokenSequence {
    std::vector<TokenId> tokens;
    std::vector<uint8_t> loss;  // as many; 1: predicted from what stands before, and counted
    size_t loss_tokens() const;
};

struct RenderedExample {
    std::vector<TokenSequence> sequences;
    /// The template re-renders earlier turns: a sequence for each answer.
    bool split = false;
    /// False where an answer begins within a token of this tokenizer, so that its first token holds
    /// the prompt's last characters too.
    bool exact = true;
    /// False where an answer ends without a token that would end the generation.
    bool ends = true;
};

/// Thread-safe. Tokenizer and format outlive it.
class ExampleRenderer {
  public:
    ExampleRenderer(const Tokenizer& tokenizer, const ChatFormat& format)
        : tokenizer_(tokenizer), format_(format) {}

    /// Errors: the template's refusal of the messages (kInvalidArgument and others of
    /// ChatFormat::Render); kUnsupported where an answer is not rendered as a continuation of the
    /// prompt that a server would make.
    Result<RenderedExample> Render(const Example& example) const;

  private:
    Result<RenderedExample> RenderChat(const Example& example) const;

    const Tokenizer& tokenizer_;
    const ChatFormat& format_;
};

}  // namespace argosy::lifecycle
