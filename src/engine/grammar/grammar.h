// Constrained output: a grammar (GBNF, JSON Schema, regular expression, tool calls) as an automaton
// over bytes, and per sequence the set of tokens that may come next.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/tokenizer.h"
#include "model/tool_call_parser.h"

namespace argosy {

namespace grammar {
class Automaton;
struct Compiled;
struct GrammarAst;
class MaskerData;
}  // namespace grammar

/// Where white space may stand in generated JSON.
enum class JsonWhitespace {
    kCompact,   // nowhere: {"a":1,"b":[1,2]}
    kSpaced,    // at most one space after ':' and ','
    kFlexible,  // also after brackets: one space, or a line break and up to 20 spaces or tabs
};

struct JsonSchemaOptions {
    JsonWhitespace whitespace = JsonWhitespace::kFlexible;
    /// What an object with "properties" but without "additionalProperties" means. JSON Schema says
    /// true; OpenAI's strict mode and vLLM say false, which is what keeps small models on track.
    bool additional_properties = false;
};

/// A piece of structure inside of free text: `begin`, a JSON document of `schema`, `end`.
struct StructuralTag {
    std::string begin;
    json::value schema;
    std::string end;
};

/// Free text in which each trigger starts one of the tags, whose `begin` starts with that trigger.
struct StructuralTagOptions {
    std::vector<StructuralTag> tags;
    std::vector<std::string> triggers;  // e.g. "<tool_call>"; never part of the free text
    bool at_least_one = false;          // the text begins with a tag, and nothing else comes before
    bool stop_after_first = false;      // nothing follows the first tag
    /// Control tokens of the tokenizer that begin, end or triggers name: matched as that token,
    /// never as plain text. `ControlTexts` finds them.
    std::vector<std::string> control_tokens;
    JsonSchemaOptions json;
};

struct ToolDefinition {
    std::string name;
    json::value parameters;  // a JSON Schema; null: any object
};

struct ToolCallOptions {
    std::vector<ToolDefinition> tools;
    ToolGrammarSpec spec;   // how the model spells calls (ChatFormat::ToolGrammar)
    bool required = false;  // tool_choice "required" or a function: calls only, no text before
    bool parallel = true;   // several calls in one answer
    std::vector<std::string> control_tokens;  // as in StructuralTagOptions
    JsonSchemaOptions json;
};

/// Immutable, thread-safe. Errors of all makers: kInvalidArgument (syntax, with line and column or
/// JSON pointer; a grammar that admits no text; too large), kUnsupported (a JSON Schema keyword or
/// regex construct that cannot be enforced, with its name and place).
class Grammar {
  public:
    using Ptr = std::shared_ptr<const Grammar>;

    /// GBNF as llama.cpp documents it; starts at `root`.
    static Result<Ptr> FromEbnf(std::string_view source);
    /// Draft 2020-12 subset: see docs of json_schema.h. oneOf counts as anyOf.
    static Result<Ptr> FromJsonSchema(const json::value& schema, JsonSchemaOptions options = {});
    /// response_format json_object: any JSON object.
    static Result<Ptr> AnyJsonObject(JsonSchemaOptions options = {});
    /// The whole output matches the expression (anchors optional).
    static Result<Ptr> FromRegex(std::string_view pattern);
    /// Exactly one of the texts.
    static Result<Ptr> FromChoices(const std::vector<std::string>& choices);
    static Result<Ptr> FromStructuralTags(const StructuralTagOptions& options);
    static Result<Ptr> FromToolCalls(const ToolCallOptions& options);

    ~Grammar();
    /// Equal for grammars made from the same source: what caches are keyed by.
    const std::string& key() const { return key_; }
    /// States of the compiled automaton, a measure of its size.
    size_t size() const;
    const grammar::Compiled& compiled() const { return *compiled_; }

  private:
    Grammar() = default;
    static Result<Ptr> Make(const grammar::GrammarAst& ast, std::string key);

    std::unique_ptr<const grammar::Compiled> compiled_;
    std::string key_;
};

/// Those control tokens of the tokenizer whose text occurs in one of `texts`.
std::vector<std::string> ControlTexts(const Tokenizer& tokenizer,
                                      std::span<const std::string> texts);

/// A tokenizer's vocabulary prepared for masking, and the masks found so far, per grammar. One per
/// engine; thread-safe. Takes what it needs from the tokenizer, which need not outlive it.
class TokenMasker {
  public:
    explicit TokenMasker(const Tokenizer& tokenizer);
    ~TokenMasker();
    TokenMasker(const TokenMasker&) = delete;
    TokenMasker& operator=(const TokenMasker&) = delete;

    int32_t vocab_size() const;
    grammar::MaskerData& data() const { return *data_; }

  private:
    std::unique_ptr<grammar::MaskerData> data_;
};

/// A place in a grammar. Copies are independent and cheap. Thread-compatible; different states may
/// be used at the same time, also of one grammar. The masker outlives it.
class GrammarState {
  public:
    /// Tokens that Rollback can take back at most; more is kept where it costs nothing.
    static constexpr int kMaxRollback = 256;

    GrammarState(const TokenMasker& masker, std::shared_ptr<const Grammar> grammar);

    /// Sets bit t % 64 of word t / 64 for each token t that may come next and clears all others.
    /// Stop tokens may come where the text can end; after the end no token but them.
    /// `bitmask` holds at least vocab_size bits.
    void FillMask(std::span<uint64_t> bitmask) const;
    /// The same in 32-bit words.
    void FillMask(std::span<uint32_t> bitmask) const;

    /// Moves on by a token; false, and nothing moves, where it may not come. A stop token where
    /// the text can end is taken and ends it.
    bool Accept(TokenId token);
    /// The same for bytes of text instead of a token; one step for Rollback.
    bool AcceptBytes(std::string_view bytes);
    /// Takes back the last n accepted tokens; false, and nothing moves, where that is too many.
    bool Rollback(int n);

    /// The text may end here.
    bool CanEnd() const;
    /// Nothing but a stop token can follow, or one has been accepted.
    bool IsComplete() const;
    /// The bytes that must come next whatever is chosen, at most 256; nothing where there is a
    /// choice at once. For jump-forward decoding: encode them rather than sample them.
    std::optional<std::string> ForcedText() const;

    const std::shared_ptr<const Grammar>& grammar() const { return grammar_; }

  private:
    void Move(uint32_t next);
    void Renew() const;

    const TokenMasker* masker_;
    std::shared_ptr<const Grammar> grammar_;
    // A full automaton is replaced by a fresh one with the same states: not a change to be seen.
    mutable std::shared_ptr<grammar::Automaton> automaton_;
    mutable uint32_t state_ = 0;
    mutable std::vector<uint32_t> history_;
    bool ended_ = false;
};

}  // namespace argosy
