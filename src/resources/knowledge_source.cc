#include "resources/knowledge_source.h"

#include <algorithm>

namespace argosy::resources {

namespace {

struct Ending {
    std::string_view text;
    SourceFormat format;
};

constexpr Ending kEndings[] = {
    {"csv", SourceFormat::kCsv},     {"tsv", SourceFormat::kTsv},
    {"jsonl", SourceFormat::kJsonl}, {"ndjson", SourceFormat::kJsonl},
    {"md", SourceFormat::kMarkdown}, {"markdown", SourceFormat::kMarkdown},
    {"html", SourceFormat::kHtml},   {"htm", SourceFormat::kHtml},
    {"pdf", SourceFormat::kPdf},     {"txt", SourceFormat::kText}};

}  // namespace

std::span<const Choice<SourceFormat>> Choices(SourceFormat) {
    static constexpr Choice<SourceFormat> kChoices[] = {
        {SourceFormat::kCsv, "csv", "a table, a document a row; the first row names the columns"},
        {SourceFormat::kTsv, "tsv", "the same, with tabs between the fields"},
        {SourceFormat::kJsonl, "jsonl", "a JSON object a line, a document each"},
        {SourceFormat::kMarkdown, "markdown", "Markdown, with front matter as metadata"},
        {SourceFormat::kHtml, "html", "a web page's text"},
        {SourceFormat::kPdf, "pdf", "PDF, page by page"},
        {SourceFormat::kText, "text", "plain text"}};
    return kChoices;
}

const Description<KnowledgeSource>& Describe(const KnowledgeSource*) {
    static const auto kDescription =
        Description<KnowledgeSource>("KnowledgeSource",
                                     "A file, folder, page or bucket, and how it is read.")
            .Field("uri", &KnowledgeSource::uri,
                   "A path beside the declaration (a file, or a folder with all in it), file://, "
                   "http(s):// or s3://.",
                   {.required = true,
                    .pattern = "^((file|https?|s3)://[^@]+|[^:]+)$",
                    .what = "a path, or an address that begins with file://, http://, https:// or "
                            "s3:// and has no password",
                    .max_length = 4096})
            .Field("format", &KnowledgeSource::format,
                   "How it is read; without it, as its name's ending tells.")
            .Field("idColumn", &KnowledgeSource::id_column,
                   "Of a table: the column that names a row, so that a changed row replaces the "
                   "old one. Without it, the row's number.")
            .Field("titleColumn", &KnowledgeSource::title_column,
                   "Of a table: the column that citations show.")
            .Field("textColumns", &KnowledgeSource::text_columns,
                   "Of a table: the columns that are searched, in this order; all if not said.",
                   {.min_items = 1})
            .Field("textTemplate", &KnowledgeSource::text_template,
                   "Of a table: the text that is searched, with {column} for a field.",
                   {.max_length = 16'384})
            .Field("metadataColumns", &KnowledgeSource::metadata_columns,
                   "Of a table: the columns that filters and answers may use; all if not said.")
            .Field("metadata", &KnowledgeSource::metadata,
                   "Metadata that each document of this source gets.")
            .Field("include", &KnowledgeSource::include,
                   "Of a folder or bucket: only names like these, e.g. \"*.md\".")
            .Field("exclude", &KnowledgeSource::exclude,
                   "Of a folder or bucket: no names like these.")
            .Field("region", &KnowledgeSource::region, "The bucket's region.")
            .Field("endpoint", &KnowledgeSource::endpoint,
                   "The address of a server that speaks S3's API, e.g. MinIO.",
                   {.pattern = "^https?://[^@]+$", .what = "an address such as http://minio:9000"})
            .Field("credential", &KnowledgeSource::credential,
                   "What proves who asks: a bearer token for http(s)://; ACCESS_KEY:SECRET for "
                   "s3://, without which the machine's own is used.")
            .Holds(AtMostOne({"textColumns", "textTemplate"}));
    return kDescription;
}

std::optional<SourceFormat> FormatOf(std::string_view uri) {
    if (uri.find("://") != std::string_view::npos) uri = uri.substr(0, uri.find_first_of("?#"));
    const size_t dot = uri.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::string ending(uri.substr(dot + 1));
    for (char& c : ending) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto found = std::ranges::find(kEndings, ending, &Ending::text);
    return found == std::end(kEndings) ? std::nullopt : std::optional(found->format);
}

}  // namespace argosy::resources
