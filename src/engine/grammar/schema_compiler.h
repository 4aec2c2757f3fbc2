// The state of one translation of a JSON Schema. Used by json_schema.cc (combinators, references)
// and schema_types.cc (what each type's keywords mean).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/grammar/json_rules.h"
#include "engine/grammar/json_schema.h"

namespace argosy::grammar {

class SchemaCompiler {
  public:
    SchemaCompiler(GrammarAst& ast, const json::value& document, JsonSchemaOptions options)
        : ast_(ast), document_(document), options_(options), rules_(ast, options.whitespace) {}

    Result<ExprId> Compile(const json::value& schema, const std::string& pointer, int depth);

  private:
    // json_schema.cc
    Result<ExprId> CompileObjectSchema(const json::object& schema, const std::string& pointer,
                                       int depth);
    Result<ExprId> CompileReference(const json::value& reference, const std::string& pointer,
                                    int depth);
    Result<json::value> Joined(const json::object& schema, const std::string& pointer, int depth);
    Result<ExprId> CompileAnyOf(const json::object& schema, const std::string& pointer, int depth);
    Result<ExprId> CompileRule(const std::string& key, const json::value& schema,
                               const std::string& pointer, int depth);
    Result<const json::value*> Resolve(const json::value& reference, const std::string& pointer);
    Result<void> CheckKeywords(const json::object& schema, const std::string& pointer);

    // schema_types.cc
    Result<ExprId> CompileTypes(const json::object& schema, const std::string& pointer, int depth);
    Result<ExprId> CompileType(std::string_view type, const json::object& schema,
                               const std::string& pointer, int depth);
    Result<ExprId> CompileEnum(const json::object& schema, const std::string& pointer);
    Result<ExprId> CompileObject(const json::object& schema, const std::string& pointer, int depth);
    Result<ExprId> CompileArray(const json::object& schema, const std::string& pointer, int depth);
    Result<ExprId> CompileString(const json::object& schema, const std::string& pointer);
    Result<ExprId> CompileInteger(const json::object& schema, const std::string& pointer);
    Result<ExprId> CompileNumber(const json::object& schema, const std::string& pointer);
    Result<std::optional<uint32_t>> Count(const json::object& schema, std::string_view keyword,
                                          const std::string& pointer);

    std::unexpected<Error> Fail(ErrorCode code, const std::string& pointer,
                                std::string message) const;
    std::unexpected<Error> Unsupported(const std::string& pointer, std::string_view keyword,
                                       std::string_view why = "") const;
    std::unexpected<Error> Malformed(const std::string& pointer, std::string_view keyword,
                                     std::string_view expected) const;

    GrammarAst& ast_;
    const json::value& document_;
    const JsonSchemaOptions options_;
    JsonRules rules_;
    std::map<std::string, RuleId, std::less<>> known_;  // by resolved reference or schema text
    size_t work_ = 0;                                   // schemas compiled and merged
};

/// `pointer` with one more step, escaped as RFC 6901 says.
std::string Deeper(const std::string& pointer, std::string_view step);
/// Whether a keyword says nothing about the documents.
bool IsAnnotation(std::string_view keyword);

}  // namespace argosy::grammar
