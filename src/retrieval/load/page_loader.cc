#include "retrieval/load/page_loader.h"

#include <utility>

#include "base/text.h"
#include "retrieval/load/decode_text.h"
#include "retrieval/load/front_matter.h"
#include "retrieval/load/html_page.h"
#include "retrieval/load/record_mapping.h"
#include "retrieval/split/markdown_blocks.h"

namespace argosy::retrieval {

namespace {

std::string FirstHeading(std::string_view text) {
    for (MarkdownBlock& block : ParseMarkdownBlocks(text)) {
        if (block.kind == MarkdownBlock::Kind::kHeading) return std::move(block.title);
    }
    return {};
}

Document PageOf(std::string source, std::string text) {
    Document document;
    document.id = source;
    document.source = std::move(source);
    document.text = std::move(text);
    return document;
}

Result<std::string> ReadAll(std::istream& in, size_t limit) {
    std::string bytes;
    char buffer[64 << 10];
    while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
        bytes.append(buffer, static_cast<size_t>(in.gcount()));
        if (bytes.size() > limit) {
            return Err(ErrorCode::kResourceExhausted,
                       "larger than {}, the limit of a file that is read whole",
                       FormatBytes(limit));
        }
    }
    if (in.bad()) return Err(ErrorCode::kUnavailable, "cannot be read to its end");
    return bytes;
}

Result<Document> Parse(ContentKind kind, const std::string& source, std::string bytes,
                       const LoadOptions& options) {
    switch (kind) {
        case ContentKind::kMarkdown:
            return ParseMarkdownPage(source, std::move(bytes));
        case ContentKind::kHtml:
            return ParseHtmlPage(source, std::move(bytes), options.html_time);
        default:
            return ParseTextPage(source, std::move(bytes));
    }
}

}  // namespace

Result<Document> ParseMarkdownPage(std::string source, std::string bytes) {
    ARGOSY_TRY(std::string text, DecodeText(std::move(bytes)));
    ARGOSY_TRY(FrontMatter front, ParseFrontMatter(text));
    text.erase(0, front.length);
    Document document = PageOf(std::move(source), std::move(text));
    document.metadata = std::move(front.fields);
    const auto title = document.metadata.find("title");
    document.title =
        title != document.metadata.end() ? FieldText(title->value()) : FirstHeading(document.text);
    return document;
}

Result<Document> ParseHtmlPage(std::string source, std::string bytes,
                               std::chrono::milliseconds time_limit) {
    ARGOSY_TRY(const std::string page, DecodeText(std::move(bytes)));
    ARGOSY_TRY(HtmlPage read, ReadHtml(page, {.time = time_limit}));
    Document document = PageOf(std::move(source), std::move(read.text));
    document.title = std::move(read.title);
    return document;
}

Result<Document> ParseTextPage(std::string source, std::string bytes) {
    ARGOSY_TRY(std::string text, DecodeText(std::move(bytes)));
    return PageOf(std::move(source), std::move(text));
}

void LoadPage(std::istream& in, const std::string& source, ContentKind kind, LoadSession& session) {
    const LoadOptions& options = session.options();
    auto bytes = ReadAll(in, options.max_document_bytes);
    if (!bytes) return session.Problem(source, 0, bytes.error().message);
    auto document = Parse(kind, source, std::move(*bytes), options);
    if (!document) return session.Problem(source, 0, document.error().message);
    session.Emit(std::move(*document));
}

}  // namespace argosy::retrieval
