// What is made from the descriptions: the schema for editors, the CRDs for clusters, the reference
// for people.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "resources/kinds.h"

namespace argosy::resources {

/// JSON Schema (draft 2020-12) of a document of a file: any kind, or one. Objects of other APIs
/// pass.
json::object JsonSchema();
json::object JsonSchema(Kind kind);

/// The CustomResourceDefinition of a kind.
json::object Crd(Kind kind);
/// The name of its file, and the file: "argosy.dev_models.yaml".
std::string CrdFileName(Kind kind);
std::string CrdFile(Kind kind);

/// docs/resources.md.
std::string ReferencePage();

}  // namespace argosy::resources
