// JSON Schema (draft 2020-12, the subset of OpenAI's structured outputs and pydantic) to a grammar
// of the documents that it admits.
//
// Enforced: type, enum, const, properties, required, additionalProperties, items, prefixItems,
// minItems, maxItems, anyOf, oneOf (as anyOf), allOf, $ref within the document (recursion too),
// minLength, maxLength, pattern, format, minimum, maximum, exclusiveMinimum, exclusiveMaximum,
// nullable, $defs, definitions. Annotations (title, description, default, examples, ...) are
// ignored; every other keyword is kUnsupported with its name and JSON pointer, never ignored.
//
// Where JSON Schema leaves freedom, less is generated: properties come in the order of the schema,
// enum and const in one spelling, numbers with bounds without exponent, integers without fraction,
// and a schema without "type" admits the types its keywords speak of.
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "engine/grammar/grammar.h"
#include "engine/grammar/grammar_ast.h"

namespace argosy::grammar {

/// An expression of `ast` for the documents of the schema. References are looked up in `schema`.
Result<ExprId> SchemaExpr(GrammarAst& ast, const json::value& schema, JsonSchemaOptions options);

}  // namespace argosy::grammar
