// What a knowledge base folder of the command line remembers beside its index, so that it is
// brought up to date and searched without saying everything again: FOLDER/NAME.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "retrieval/knowledge/knowledge_options.h"

namespace argosy::cli {

struct DefinedSource {
    std::string uri;
    std::string format;  // empty: by the name
    std::string id_column, title_column, text_template;
    std::vector<std::string> text_columns, metadata_columns;
    bool allow_private = false;
};

struct KnowledgeDefinition {
    std::vector<DefinedSource> sources;
    std::string splitter = "recursive";
    size_t size = 500, overlap = 50;
    std::string embed;  // model: path or URI; empty: words only
    std::string query_prefix, passage_prefix;
    std::string pii = "keep";

    json::object ToJson() const;
    /// kInvalidArgument names the field.
    static Result<KnowledgeDefinition> FromJson(const json::object& object);

    /// Without what the embedding model says. kInvalidArgument for an unknown format or splitter.
    Result<retrieval::KnowledgeBaseOptions> ToOptions(const std::string& name) const;
};

std::filesystem::path DefinitionFile(const std::filesystem::path& store, const std::string& name);
/// kNotFound where there is none; kInvalidArgument, with the file's name, where it is broken.
Result<KnowledgeDefinition> ReadDefinition(const std::filesystem::path& store,
                                           const std::string& name);
Result<void> WriteDefinition(const std::filesystem::path& store, const std::string& name,
                             const KnowledgeDefinition& definition);
/// Names of the knowledge bases in a folder, sorted.
std::vector<std::string> DefinedNames(const std::filesystem::path& store);

}  // namespace argosy::cli
