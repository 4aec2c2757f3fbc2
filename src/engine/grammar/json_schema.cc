#include "engine/grammar/json_schema.h"

#include <algorithm>

#include "engine/grammar/schema_compiler.h"
#include "engine/grammar/schema_merge.h"

namespace argosy::grammar {
namespace {

constexpr int kMaxDepth = 100;       // schemas within schemas
constexpr size_t kMaxWork = 50'000;  // schemas in all
constexpr size_t kMaxPointer = 4096;

constexpr std::string_view kAnnotations[] = {"title",
                                             "description",
                                             "default",
                                             "examples",
                                             "example",
                                             "deprecated",
                                             "readOnly",
                                             "writeOnly",
                                             "contentMediaType",
                                             "contentEncoding",
                                             "$comment",
                                             "$schema",
                                             "$id",
                                             "id",
                                             "$anchor",
                                             "$defs",
                                             "definitions",
                                             "$vocabulary",
                                             "discriminator",
                                             "externalDocs",
                                             "xml",
                                             "strict"};

constexpr std::string_view kEnforced[] = {"type",
                                          "enum",
                                          "const",
                                          "properties",
                                          "required",
                                          "additionalProperties",
                                          "items",
                                          "prefixItems",
                                          "minItems",
                                          "maxItems",
                                          "anyOf",
                                          "oneOf",
                                          "allOf",
                                          "$ref",
                                          "minLength",
                                          "maxLength",
                                          "pattern",
                                          "format",
                                          "minimum",
                                          "maximum",
                                          "nullable",
                                          "exclusiveMinimum",
                                          "exclusiveMaximum",
                                          "uniqueItems",
                                          "minProperties",
                                          "unevaluatedProperties"};

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

// A "#/a/b" reference names a place by pointer, percent-encoded as part of a URI.
std::string PercentDecoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto hex = [&](size_t at) {
            const size_t digit = std::string_view("0123456789abcdef").find(char(text[at] | 0x20));
            return text[at] >= '0' && digit != std::string_view::npos ? int(digit) : -1;
        };
        if (text[i] == '%' && i + 2 < text.size() && hex(i + 1) >= 0 && hex(i + 2) >= 0) {
            out += char(hex(i + 1) * 16 + hex(i + 2));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::string Deeper(const std::string& pointer, std::string_view step) {
    std::string out = pointer + "/";
    for (const char c : step) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

bool IsAnnotation(std::string_view keyword) {
    return keyword.starts_with("x-") || IsOneOf(keyword, kAnnotations);
}

std::unexpected<Error> SchemaCompiler::Fail(ErrorCode code, const std::string& pointer,
                                            std::string message) const {
    std::string place = pointer.size() <= kMaxPointer ? pointer : pointer.substr(0, kMaxPointer);
    return std::unexpected(Error{code, std::move(message), "JSON schema #" + place});
}

std::unexpected<Error> SchemaCompiler::Unsupported(const std::string& pointer,
                                                   std::string_view keyword,
                                                   std::string_view why) const {
    std::string message =
        fmt::format("the keyword \"{}\" cannot be enforced while generating", keyword);
    if (!why.empty()) message += fmt::format(": {}", why);
    return Fail(ErrorCode::kUnsupported, Deeper(pointer, keyword), std::move(message));
}

std::unexpected<Error> SchemaCompiler::Malformed(const std::string& pointer,
                                                 std::string_view keyword,
                                                 std::string_view expected) const {
    return Fail(ErrorCode::kInvalidArgument, Deeper(pointer, keyword),
                fmt::format("\"{}\" must be {}", keyword, expected));
}

Result<void> SchemaCompiler::CheckKeywords(const json::object& schema, const std::string& pointer) {
    for (const auto& [name, value] : schema) {
        if (IsAnnotation(name) || IsOneOf(name, kEnforced)) continue;
        return Unsupported(pointer, name);
    }
    return {};
}

Result<ExprId> SchemaCompiler::Compile(const json::value& schema, const std::string& pointer,
                                       int depth) {
    if (depth > kMaxDepth) {
        return Fail(ErrorCode::kInvalidArgument, pointer,
                    fmt::format("more than {} schemas within one another", kMaxDepth));
    }
    if (++work_ > kMaxWork) {
        return Fail(ErrorCode::kInvalidArgument, pointer,
                    fmt::format("the schema is too large: more than {} parts", kMaxWork));
    }
    if (schema.is_bool()) return schema.get_bool() ? rules_.Value() : ast_.Never();
    if (!schema.is_object()) {
        return Fail(ErrorCode::kInvalidArgument, pointer,
                    "a schema must be an object or a boolean");
    }
    const json::object& object = schema.get_object();
    ARGOSY_CHECK_OK(CheckKeywords(object, pointer));
    const auto is_annotation = [](const auto& pair) { return IsAnnotation(pair.key()); };
    if (std::ranges::all_of(object, is_annotation)) return rules_.Value();
    if (const json::value* reference = object.if_contains("$ref")) {
        const auto annotations = std::ranges::count_if(object, is_annotation);
        if (size_t(annotations) + 1 == object.size()) {
            return CompileReference(*reference, pointer, depth);
        }
    }
    // Joined schemas are new text that may come again within itself: known by that text.
    if (object.contains("allOf") || object.contains("$ref")) {
        return CompileRule(json::serialize(schema), schema, pointer, depth);
    }
    return CompileObjectSchema(object, pointer, depth);
}

Result<ExprId> SchemaCompiler::CompileReference(const json::value& reference,
                                                const std::string& pointer, int depth) {
    ARGOSY_TRY(const json::value* target, Resolve(reference, pointer));
    std::string place = PercentDecoded(std::string_view(reference.get_string()).substr(1));
    return CompileRule("#" + place, *target, place, depth);
}

// A rule for the schema, made once per key: within itself it is a call, which is how recursion
// works.
Result<ExprId> SchemaCompiler::CompileRule(const std::string& key, const json::value& schema,
                                           const std::string& pointer, int depth) {
    if (const auto known = known_.find(key); known != known_.end()) {
        return ast_.Call(known->second);
    }
    const RuleId rule = ast_.AddRule(pointer);
    known_.emplace(key, rule);
    ExprId body = kNoExpr;
    const bool joins = schema.is_object() && !key.starts_with('#');
    if (joins) {
        ARGOSY_TRY(const json::value joined, Joined(schema.get_object(), pointer, depth));
        ARGOSY_TRY(body, Compile(joined, pointer, depth + 1));
    } else {
        ARGOSY_TRY(body, Compile(schema, pointer, depth + 1));
    }
    ast_.rules[rule].body = body;
    return ast_.Call(rule);
}

// The schema with its $ref and allOf replaced by what they say. Properties come in the order in
// which the text names them, so that those of a base named first come first.
Result<json::value> SchemaCompiler::Joined(const json::object& schema, const std::string& pointer,
                                           int depth) {
    if (depth > kMaxDepth || ++work_ > kMaxWork) {
        return Fail(ErrorCode::kInvalidArgument, pointer,
                    "allOf or $ref leads back to itself without anything in between");
    }
    json::object own;
    bool base_first = false;  // $ref or allOf stands before properties
    for (const auto& [name, value] : schema) {
        if (name == "$ref" || name == "allOf") {
            base_first |= !own.contains("properties");
        } else if (!IsAnnotation(name)) {
            own[name] = value;
        }
    }
    ARGOSY_CHECK_OK(CheckKeywords(schema, pointer));
    base_first &= own.contains("properties");
    json::value out = base_first ? json::object() : own;
    std::vector<std::pair<const json::value*, std::string>> parts;
    if (const json::value* reference = schema.if_contains("$ref")) {
        ARGOSY_TRY(const json::value* target, Resolve(*reference, pointer));
        parts.emplace_back(target, Deeper(pointer, "$ref"));
    }
    if (const json::value* all = schema.if_contains("allOf")) {
        if (!all->is_array()) return Malformed(pointer, "allOf", "an array");
        for (const json::value& part : all->get_array()) {
            parts.emplace_back(&part, Deeper(pointer, "allOf"));
        }
    }
    for (const auto& [part, place] : parts) {
        json::value simple = *part;
        if (part->is_object()) {
            ARGOSY_TRY(simple, Joined(part->get_object(), place, depth + 1));
        }
        auto merged = MergeSchemas(out, simple);
        if (!merged) return At("JSON schema #" + place, std::move(merged.error()));
        out = std::move(*merged);
    }
    if (!base_first) return out;
    auto merged = MergeSchemas(out, own);
    if (!merged) return At("JSON schema #" + pointer, std::move(merged.error()));
    return merged;
}

Result<const json::value*> SchemaCompiler::Resolve(const json::value& reference,
                                                   const std::string& pointer) {
    if (!reference.is_string()) return Malformed(pointer, "$ref", "a string");
    const std::string_view text = reference.get_string();
    if (!text.starts_with('#') || (text.size() > 1 && text[1] != '/')) {
        return Unsupported(
            pointer, "$ref",
            fmt::format("\"{}\" is not a pointer into this document (\"#/...\")", text));
    }
    const std::string path = PercentDecoded(text.substr(1));
    boost::system::error_code error;
    const json::value* target = path.empty() ? &document_ : document_.find_pointer(path, error);
    if (!target || error) {
        return Fail(ErrorCode::kInvalidArgument, Deeper(pointer, "$ref"),
                    fmt::format("there is nothing at \"{}\"", text));
    }
    return target;
}

Result<ExprId> SchemaCompiler::CompileObjectSchema(const json::object& schema,
                                                   const std::string& pointer, int depth) {
    if (schema.contains("anyOf") || schema.contains("oneOf")) {
        return CompileAnyOf(schema, pointer, depth);
    }
    ARGOSY_TRY(ExprId out, schema.contains("enum") || schema.contains("const")
                               ? CompileEnum(schema, pointer)
                               : CompileTypes(schema, pointer, depth));
    const json::value* nullable = schema.if_contains("nullable");
    if (nullable && !nullable->is_bool()) return Malformed(pointer, "nullable", "a boolean");
    if (nullable && nullable->get_bool()) out = ast_.Choice({out, rules_.Null()});
    return out;
}

// Each alternative together with the keywords beside them.
Result<ExprId> SchemaCompiler::CompileAnyOf(const json::object& schema, const std::string& pointer,
                                            int depth) {
    const std::string_view keyword = schema.contains("anyOf") ? "anyOf" : "oneOf";
    const json::value& choices = schema.at(keyword);
    if (!choices.is_array() || choices.get_array().empty()) {
        return Malformed(pointer, keyword, "an array with at least one schema");
    }
    json::object beside;
    bool bare = true;
    for (const auto& [name, value] : schema) {
        if (name == keyword || IsAnnotation(name)) continue;
        beside[name] = value;
        bare = false;
    }
    std::vector<ExprId> exprs;
    size_t index = 0;
    for (const json::value& choice : choices.get_array()) {
        const std::string place = Deeper(Deeper(pointer, keyword), fmt::format("{}", index++));
        json::value part = choice;
        if (!bare) part = json::object{{"allOf", json::array{beside, choice}}};
        ARGOSY_TRY(const ExprId expr, Compile(part, place, depth + 1));
        exprs.push_back(expr);
    }
    return ast_.Choice(std::move(exprs));
}

Result<ExprId> SchemaExpr(GrammarAst& ast, const json::value& schema, JsonSchemaOptions options) {
    return SchemaCompiler(ast, schema, options).Compile(schema, "", 0);
}

}  // namespace argosy::grammar
