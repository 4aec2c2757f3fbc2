// Text to token ids and back, for every tokenizer kind that the supported models use. Thread-safe
// after construction (const methods only).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy {

class ModelFile;

using TokenId = int32_t;

struct EncodeOptions {
    bool add_special = true;    // BOS/EOS/CLS/SEP as the tokenizer's own configuration says
    bool parse_special = true;  // text like "<|im_start|>" becomes its token rather than plain text
};

/// What decoding token by token remembers.
struct DecodeState {
    bool first = true;    // no token yet
    size_t stripped = 0;  // characters taken from the beginning
    std::string pending;  // bytes that may still become a character
};

class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    virtual std::vector<TokenId> Encode(std::string_view text,
                                        EncodeOptions options = {}) const = 0;
    /// Two segments as one input (BERT-style pair: [CLS] a [SEP] b [SEP]); `type_ids` gets 0/1 per
    /// token where not null.
    virtual std::vector<TokenId> EncodePair(std::string_view a, std::string_view b,
                                            std::vector<int32_t>* type_ids = nullptr) const = 0;
    /// The exact bytes a token stands for (may be part of a UTF-8 character; empty for control
    /// tokens). Out-of-range ids give an empty string.
    virtual std::string_view TokenBytes(TokenId id) const = 0;
    /// The token's text as stored in the vocabulary ("Ġthe", "▁the", "<|im_end|>").
    virtual std::string_view TokenText(TokenId id) const = 0;
    virtual std::optional<TokenId> FindToken(std::string_view text) const = 0;
    virtual bool IsControl(TokenId id) const = 0;
    /// Whole text of ids, as Hugging Face's decode(skip_special_tokens=skip_control) gives it
    /// without clean-up of spaces; invalid UTF-8 becomes U+FFFD.
    virtual std::string Decode(std::span<const TokenId> ids, bool skip_control = true) const = 0;
    /// The same token by token: appends what is certain after `id` (control tokens' text only where
    /// `with_control`), and at the end the rest. All appended together is what Decode gives.
    virtual void DecodeNext(DecodeState& state, TokenId id, bool with_control,
                            std::string& out) const;
    virtual void DecodeEnd(DecodeState& state, std::string& out) const;

    virtual int32_t vocab_size() const = 0;
    virtual std::optional<TokenId> bos() const = 0;
    virtual std::optional<TokenId> eos() const = 0;
    /// Every token that ends a generation (EOS, <|im_end|>, <|eot_id|>, <end_of_turn>, ...).
    virtual const std::vector<TokenId>& stop_tokens() const = 0;
};

/// Incremental decoding for streams: `Push` returns the text that is complete so far and keeps the
/// bytes of an unfinished character (and the leading-space rules of SentencePiece) for later.
class StreamDecoder {
  public:
    /// `visible`: control tokens whose text is given although the others are skipped; outlives it.
    explicit StreamDecoder(const Tokenizer& tokenizer, bool skip_control = true,
                           std::span<const TokenId> visible = {})
        : tokenizer_(tokenizer), skip_control_(skip_control), visible_(visible) {}
    std::string Push(TokenId id);
    /// What is left at the end; invalid bytes become U+FFFD.
    std::string Finish();

  private:
    const Tokenizer& tokenizer_;
    bool skip_control_;
    std::span<const TokenId> visible_;
    DecodeState state_;
};

/// From a model: GGUF's tokenizer.ggml.* metadata, or tokenizer.json beside a Hugging Face model.
Result<std::unique_ptr<Tokenizer>> LoadTokenizer(const ModelFile& model);
/// From the text of a Hugging Face tokenizer.json (`config_json`: tokenizer_config.json or empty).
Result<std::unique_ptr<Tokenizer>> LoadTokenizerJson(std::string_view tokenizer_json,
                                                     std::string_view config_json);

}  // namespace argosy
