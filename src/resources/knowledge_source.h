// A source of a knowledge base: a file, folder, page or bucket, and how its documents are read.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/describe/description.h"
#include "resources/secret_ref.h"

namespace argosy::resources {

enum class SourceFormat { kCsv, kTsv, kJsonl, kMarkdown, kHtml, kPdf, kText };
std::span<const Choice<SourceFormat>> Choices(SourceFormat);

struct KnowledgeSource {
    std::string uri;
    std::optional<SourceFormat> format;
    std::optional<std::string> id_column;
    std::optional<std::string> title_column;
    std::vector<std::string> text_columns;
    std::optional<std::string> text_template;
    std::vector<std::string> metadata_columns;
    std::map<std::string, std::string> metadata;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::optional<std::string> region;
    std::optional<std::string> endpoint;
    std::optional<SecretRef> credential;

    bool operator==(const KnowledgeSource&) const = default;
};
const Description<KnowledgeSource>& Describe(const KnowledgeSource*);

/// The format that the ending of a path or URI tells; nothing for a folder, bucket or page without
/// one ("https://shop.example/help" is most likely HTML, which its server says).
std::optional<SourceFormat> FormatOf(std::string_view uri);

}  // namespace argosy::resources
