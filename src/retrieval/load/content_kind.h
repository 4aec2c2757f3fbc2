// Which loader reads a file: by its name, or by what a web server says of it.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"

namespace argosy::retrieval {

enum class ContentKind { kCsv, kTsv, kJsonl, kMarkdown, kHtml, kPdf, kText };

/// By the extension of a path or of a URL's path, in any case; nothing for an unknown one.
std::optional<ContentKind> KindOfName(std::string_view path);
/// By a Content-Type; nothing for one that says too little ("text/plain",
/// "application/octet-stream") or is of another kind.
std::optional<ContentKind> KindOfContentType(std::string_view content_type);
/// From "csv", "tsv", "jsonl", "markdown", "html", "pdf", "text". kInvalidArgument lists them.
Result<ContentKind> ParseContentKind(std::string_view name);

}  // namespace argosy::retrieval
