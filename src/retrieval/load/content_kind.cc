#include "retrieval/load/content_kind.h"

#include <algorithm>
#include <string>
#include <utility>

namespace argosy::retrieval {

namespace {

using Named = std::pair<std::string_view, ContentKind>;

constexpr Named kNames[] = {{"csv", ContentKind::kCsv},     {"tsv", ContentKind::kTsv},
                            {"jsonl", ContentKind::kJsonl}, {"markdown", ContentKind::kMarkdown},
                            {"html", ContentKind::kHtml},   {"pdf", ContentKind::kPdf},
                            {"text", ContentKind::kText}};

// Beside the names themselves.
constexpr Named kExtensions[] = {{"tab", ContentKind::kTsv},     {"ndjson", ContentKind::kJsonl},
                                 {"md", ContentKind::kMarkdown}, {"htm", ContentKind::kHtml},
                                 {"xhtml", ContentKind::kHtml},  {"txt", ContentKind::kText},
                                 {"log", ContentKind::kText},    {"rst", ContentKind::kText}};

constexpr Named kTypes[] = {{"text/csv", ContentKind::kCsv},
                            {"application/csv", ContentKind::kCsv},
                            {"text/tab-separated-values", ContentKind::kTsv},
                            {"application/jsonl", ContentKind::kJsonl},
                            {"application/x-jsonlines", ContentKind::kJsonl},
                            {"application/x-ndjson", ContentKind::kJsonl},
                            {"text/markdown", ContentKind::kMarkdown},
                            {"text/html", ContentKind::kHtml},
                            {"application/xhtml+xml", ContentKind::kHtml},
                            {"application/pdf", ContentKind::kPdf}};

std::string Lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return lower;
}

template <size_t kCount>
std::optional<ContentKind> Find(const Named (&table)[kCount], std::string_view name) {
    const auto found = std::ranges::find(table, name, &Named::first);
    if (found == std::end(table)) return std::nullopt;
    return found->second;
}

}  // namespace

std::optional<ContentKind> KindOfName(std::string_view path) {
    path = path.substr(path.rfind('/') + 1);
    const size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const std::string extension = Lower(path.substr(dot + 1));
    if (const auto kind = Find(kNames, extension)) return kind;
    return Find(kExtensions, extension);
}

std::optional<ContentKind> KindOfContentType(std::string_view content_type) {
    content_type = content_type.substr(0, content_type.find(';'));
    while (content_type.ends_with(' ')) content_type.remove_suffix(1);
    return Find(kTypes, Lower(content_type));
}

Result<ContentKind> ParseContentKind(std::string_view name) {
    if (const auto kind = Find(kNames, name)) return *kind;
    return Err(ErrorCode::kInvalidArgument,
               "no kind of file '{}'; there are csv, tsv, jsonl, markdown, html, pdf, text", name);
}

}  // namespace argosy::retrieval
