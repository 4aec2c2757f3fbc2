#include "engine/grammar/grammar.h"

#include <algorithm>

#include "engine/grammar/compile.h"
#include "engine/grammar/ebnf.h"
#include "engine/grammar/json_rules.h"
#include "engine/grammar/json_schema.h"
#include "engine/grammar/regex.h"
#include "engine/grammar/structural_tags.h"

namespace argosy {
namespace {

using grammar::ExprId;
using grammar::GrammarAst;

constexpr size_t kMaxChoices = 100'000;
constexpr size_t kMaxChoiceBytes = 1 << 20;

void SetRoot(GrammarAst& ast, ExprId body) {
    ast.root = ast.AddRule("root");
    ast.rules[ast.root].body = body;
}

std::string OptionsKey(const JsonSchemaOptions& options) {
    return fmt::format("{}{}", int(options.whitespace), int(options.additional_properties));
}

// Length first, so that no two lists of texts give the same key.
void AppendKey(std::string& key, std::string_view text) {
    key += fmt::format("{}:", text.size());
    key += text;
}

}  // namespace

Grammar::~Grammar() = default;

size_t Grammar::size() const { return compiled_->node_count(); }

Result<Grammar::Ptr> Grammar::Make(const GrammarAst& ast, std::string key) {
    ARGOSY_TRY(auto compiled, grammar::Compile(ast));
    std::shared_ptr<Grammar> made(new Grammar);
    made->compiled_ = std::move(compiled);
    made->key_ = std::move(key);
    return Ptr(std::move(made));
}

Result<Grammar::Ptr> Grammar::FromEbnf(std::string_view source) {
    ARGOSY_TRY(const GrammarAst ast, grammar::ParseEbnf(source));
    return Make(ast, "ebnf:" + std::string(source));
}

Result<Grammar::Ptr> Grammar::FromJsonSchema(const json::value& schema, JsonSchemaOptions options) {
    GrammarAst ast;
    ARGOSY_TRY(const ExprId root, grammar::SchemaExpr(ast, schema, options));
    SetRoot(ast, root);
    return Make(ast, "schema" + OptionsKey(options) + ":" + json::serialize(schema));
}

Result<Grammar::Ptr> Grammar::AnyJsonObject(JsonSchemaOptions options) {
    GrammarAst ast;
    SetRoot(ast, grammar::JsonRules(ast, options.whitespace).Object());
    return Make(ast, "object" + OptionsKey(options));
}

Result<Grammar::Ptr> Grammar::FromRegex(std::string_view pattern) {
    GrammarAst ast;
    ARGOSY_TRY(const auto expr, grammar::ParseRegex(ast, pattern, {}));
    SetRoot(ast, expr.expr);
    return Make(ast, "regex:" + std::string(pattern));
}

Result<Grammar::Ptr> Grammar::FromChoices(const std::vector<std::string>& choices) {
    GrammarAst ast;
    std::string key = "choices:";
    std::vector<ExprId> exprs;
    for (const std::string& choice : choices) {
        AppendKey(key, choice);
        exprs.push_back(ast.Literal(choice));
    }
    if (choices.empty() || choices.size() > kMaxChoices || key.size() > kMaxChoiceBytes) {
        return Err(ErrorCode::kInvalidArgument,
                   "{} choices of {} bytes; 1 to {} of at most {} bytes in all are supported",
                   choices.size(), key.size(), kMaxChoices, kMaxChoiceBytes);
    }
    SetRoot(ast, ast.Choice(std::move(exprs)));
    return Make(ast, std::move(key));
}

Result<Grammar::Ptr> Grammar::FromStructuralTags(const StructuralTagOptions& options) {
    ARGOSY_TRY(const GrammarAst ast, grammar::StructuralTagsAst(options));
    std::string key = fmt::format("tags{}{}{}:", OptionsKey(options.json),
                                  int(options.at_least_one), int(options.stop_after_first));
    for (const StructuralTag& tag : options.tags) {
        AppendKey(key, tag.begin);
        AppendKey(key, json::serialize(tag.schema));
        AppendKey(key, tag.end);
    }
    for (const std::string& trigger : options.triggers) AppendKey(key, trigger);
    key += '|';
    for (const std::string& token : options.control_tokens) AppendKey(key, token);
    return Make(ast, std::move(key));
}

Result<Grammar::Ptr> Grammar::FromToolCalls(const ToolCallOptions& options) {
    ARGOSY_TRY(const GrammarAst ast, grammar::ToolCallsAst(options));
    std::string key = fmt::format("tools{}{}{}:", OptionsKey(options.json), int(options.required),
                                  int(options.parallel));
    const ToolGrammarSpec& spec = options.spec;
    for (const std::string* text : {&spec.begin, &spec.call_begin, &spec.call_end, &spec.separator,
                                    &spec.end, &spec.arguments_key}) {
        AppendKey(key, *text);
    }
    for (const ToolDefinition& tool : options.tools) {
        AppendKey(key, tool.name);
        AppendKey(key, json::serialize(tool.parameters));
    }
    key += '|';
    for (const std::string& token : options.control_tokens) AppendKey(key, token);
    return Make(ast, std::move(key));
}

std::vector<std::string> ControlTexts(const Tokenizer& tokenizer,
                                      std::span<const std::string> texts) {
    std::vector<std::string> out;
    for (TokenId token = 0; token < tokenizer.vocab_size(); ++token) {
        if (!tokenizer.IsControl(token)) continue;
        const std::string_view name = tokenizer.TokenText(token);
        const auto holds = [name](const std::string& text) { return text.contains(name); };
        if (!name.empty() && std::ranges::any_of(texts, holds)) out.emplace_back(name);
    }
    return out;
}

}  // namespace argosy
