#include "engine/grammar/structural_tags.h"

#include <algorithm>

#include "engine/grammar/json_rules.h"
#include "engine/grammar/json_schema.h"

namespace argosy::grammar {
namespace {

constexpr size_t kMaxTriggerBytes = 4096;
constexpr size_t kMaxTags = 1024;

// References within a tool's schema point into that schema: each is a document of its own.
Result<ExprId> SchemaOrObject(GrammarAst& ast, const json::value& schema,
                              const JsonSchemaOptions& options) {
    if (schema.is_null()) return JsonRules(ast, options.whitespace).Object();
    return SchemaExpr(ast, schema, options);
}

Result<void> CheckTriggers(const std::vector<std::string>& triggers) {
    size_t bytes = 0;
    for (const std::string& trigger : triggers) {
        if (trigger.empty()) return Err(ErrorCode::kInvalidArgument, "a trigger is empty");
        bytes += trigger.size();
    }
    if (bytes > kMaxTriggerBytes) {
        return Err(ErrorCode::kInvalidArgument, "the triggers have {} bytes; at most {} are read",
                   bytes, kMaxTriggerBytes);
    }
    return {};
}

// {"name": "f", "arguments": {...}} for one of the tools.
Result<ExprId> AnyCall(GrammarAst& ast, const ToolCallOptions& options) {
    JsonRules rules(ast, options.json.whitespace);
    std::vector<ExprId> calls;
    for (const ToolDefinition& tool : options.tools) {
        auto arguments = SchemaOrObject(ast, tool.parameters, options.json);
        if (!arguments) return At("tool \"" + tool.name + "\"", std::move(arguments.error()));
        std::vector<ExprId> members = {
            rules.Member(rules.Key("name"), rules.Constant(json::value(json::string(tool.name)))),
            rules.Member(rules.Key(options.spec.arguments_key), *arguments)};
        calls.push_back(rules.Bracketed(
            "{", ast.List(std::move(members), {true, true}, rules.Comma(), kNoExpr, 0, 0, true),
            "}"));
    }
    return ast.Choice(std::move(calls));
}

}  // namespace

std::string SpellControls(std::string_view text, const std::vector<std::string>& control_tokens) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        std::string_view longest;
        for (const std::string& token : control_tokens) {
            const bool here = text.substr(at).starts_with(token);
            if (here && token.size() > longest.size()) longest = token;
        }
        if (longest.empty()) {
            out += text[at++];
        } else {
            out += ControlSpelling(longest);
            at += longest.size();
        }
    }
    return out;
}

Result<GrammarAst> StructuralTagsAst(const StructuralTagOptions& options) {
    GrammarAst ast;
    if (options.tags.empty() || options.tags.size() > kMaxTags) {
        return Err(ErrorCode::kInvalidArgument, "{} structural tags; 1 to {} are supported",
                   options.tags.size(), kMaxTags);
    }
    const auto spell = [&](const std::string& text) {
        return SpellControls(text, options.control_tokens);
    };
    std::vector<std::string> triggers;
    for (const std::string& trigger : options.triggers) triggers.push_back(spell(trigger));
    ARGOSY_CHECK_OK(CheckTriggers(triggers));
    std::vector<std::vector<ExprId>> behind(triggers.size());
    std::vector<ExprId> whole;
    for (size_t i = 0; i < options.tags.size(); ++i) {
        const StructuralTag& tag = options.tags[i];
        auto content = SchemaOrObject(ast, tag.schema, options.json);
        if (!content) return At(fmt::format("structural tag {}", i), std::move(content.error()));
        const std::string begin = spell(tag.begin);
        const ExprId rest = ast.Sequence({*content, ast.Literal(spell(tag.end))});
        const auto trigger = std::ranges::find_if(
            triggers, [&](const std::string& text) { return begin.starts_with(text); });
        if (trigger == triggers.end()) {
            return Err(ErrorCode::kInvalidArgument,
                       "structural tag {}: \"{}\" begins with none of the triggers", i, tag.begin);
        }
        behind[size_t(trigger - triggers.begin())].push_back(
            ast.Sequence({ast.Literal(begin.substr(trigger->size())), rest}));
        whole.push_back(ast.Sequence({ast.Literal(begin), rest}));
    }
    std::vector<ExprId> continuations;
    for (std::vector<ExprId>& tags : behind) continuations.push_back(ast.Choice(std::move(tags)));
    std::vector<ExprId> parts;
    if (options.at_least_one) parts.push_back(ast.Choice(std::move(whole)));
    if (!options.at_least_one || !options.stop_after_first) {
        parts.push_back(
            ast.FreeText(std::move(triggers), std::move(continuations), options.stop_after_first));
    }
    ast.root = ast.AddRule("root");
    ast.rules[ast.root].body = ast.Sequence(std::move(parts));
    return ast;
}

Result<GrammarAst> ToolCallsAst(const ToolCallOptions& options) {
    GrammarAst ast;
    if (options.tools.empty() || options.tools.size() > kMaxTags) {
        return Err(ErrorCode::kInvalidArgument, "{} tools; 1 to {} are supported",
                   options.tools.size(), kMaxTags);
    }
    const ToolGrammarSpec& spec = options.spec;
    const auto literal = [&](const std::string& text) {
        return ast.Literal(SpellControls(text, options.control_tokens));
    };
    ARGOSY_TRY(const ExprId body, AnyCall(ast, options));
    const RuleId call_rule = ast.AddRule("tool call");
    ast.rules[call_rule].body =
        ast.Sequence({literal(spec.call_begin), body, literal(spec.call_end)});
    const ExprId more = ast.Repeat(ast.Sequence({literal(spec.separator), ast.Call(call_rule)}), 0,
                                   options.parallel ? kUnbounded : 0);
    const ExprId calls = ast.Sequence({ast.Call(call_rule), more, literal(spec.end)});
    ast.root = ast.AddRule("root");
    ExprId& root = ast.rules[ast.root].body;
    if (options.required) {
        const ExprId begin = literal(spec.begin);
        root = ast.Sequence({begin, calls});
        return ast;
    }
    // The marker that begins calls ends the free text. Without one, a call is all of the answer or
    // none of it: text that begins with what a call begins with is a call.
    const std::string begin = SpellControls(spec.begin, options.control_tokens);
    const std::string call_begin = SpellControls(spec.call_begin, options.control_tokens);
    const std::string trigger = begin.empty() ? call_begin : begin;
    if (trigger.empty()) {
        CharSet other = CharSet('{', '{').Complement();
        const ExprId text = ast.Optional(
            ast.Sequence({ast.Class(other), ast.Repeat(ast.Class(CharSet::All()), 0, kUnbounded)}));
        root = ast.Choice({calls, text});
        return ast;
    }
    ARGOSY_CHECK_OK(CheckTriggers({trigger}));
    ExprId behind = calls;
    if (begin.empty())
        behind = ast.Sequence({body, literal(spec.call_end), more, literal(spec.end)});
    root = ast.FreeText({trigger}, {behind}, true);
    return ast;
}

}  // namespace argosy::grammar
