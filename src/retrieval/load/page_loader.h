// Files that are one document each, read whole: Markdown, HTML, plain text.
#pragma once

#include <istream>
#include <string>

#include "retrieval/load/load_session.h"

namespace argosy::retrieval {

/// Front matter becomes metadata ("title" among it the title), else the first heading is the title.
/// kInvalidArgument for an encoding that is not read, or front matter that is none.
Result<Document> ParseMarkdownPage(std::string source, std::string bytes);
/// kInvalidArgument for an encoding that is not read, kResourceExhausted as ReadHtml.
Result<Document> ParseHtmlPage(std::string source, std::string bytes,
                               std::chrono::milliseconds time_limit);
/// kInvalidArgument for an encoding that is not read.
Result<Document> ParseTextPage(std::string source, std::string bytes);

/// Reads the stream by one of these; a file beyond options.max_document_bytes is a problem.
void LoadPage(std::istream& in, const std::string& source, ContentKind kind, LoadSession& session);

}  // namespace argosy::retrieval
