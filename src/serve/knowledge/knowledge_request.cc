#include "serve/knowledge/knowledge_request.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "serve/fields.h"

namespace argosy::serve {

namespace {

constexpr int32_t kMaxLimit = 1000;
constexpr size_t kMaxQuery = 16384;  // bytes

void ReadSize(Fields& fields, std::string_view name, int32_t least, int32_t most, size_t& out) {
    auto value = static_cast<int32_t>(out);
    fields.Read(name, value);
    if (fields.Find(name) == nullptr) return;
    if (value < least || value > most) {
        return fields.Fail(name, fmt::format("must be {} to {}", least, most));
    }
    out = static_cast<size_t>(value);
}

void ReadSplitter(Fields& fields, retrieval::SplitterOptions& splitter) {
    const json::object* object = fields.Object("splitter");
    if (object == nullptr) return;
    Fields inner(*object, "splitter.");
    std::string kind = "recursive";
    inner.Read("kind", kind);
    ReadSize(inner, "size", 16, 100'000, splitter.size);
    ReadSize(inner, "overlap", 0, 50'000, splitter.overlap);
    if (!inner.ok()) return fields.Fail("splitter", inner.error()->message);
    const auto parsed = retrieval::ParseSplitterKind(kind);
    if (!parsed) return fields.Fail("splitter.kind", parsed.error().message);
    splitter.kind = *parsed;
    if (splitter.overlap > splitter.size) {
        fields.Fail("splitter.overlap", "must not be more than the size");
    }
}

void RefuseOthers(Fields& fields, const json::object& body,
                  std::initializer_list<std::string_view> known) {
    for (const auto& member : body) {
        if (std::ranges::find(known, std::string_view(member.key())) != known.end()) continue;
        std::string names;
        for (const std::string_view name : known) {
            names += (names.empty() ? "" : ", ") + std::string(name);
        }
        fields.Fail(member.key(), "is not known here; there are " + names);
    }
}

json::value Optional(const std::optional<float>& score) {
    return score ? json::value(*score) : json::value();
}

json::value Take(json::object& metadata, std::string_view name) {
    const auto found = metadata.find(name);
    if (found == metadata.end()) return "";
    json::value value = std::move(found->value());
    metadata.erase(found);
    return value;
}

}  // namespace

ApiResult<KnowledgeQuery> ParseKnowledgeQuery(const json::object& body) {
    Fields fields(body);
    KnowledgeQuery query;
    fields.Read("query", query.query);
    if (query.query.find_first_not_of(" \t\r\n") == std::string::npos) {
        fields.Fail("query", "a text is needed");
    }
    if (query.query.size() > kMaxQuery) {
        fields.Fail("query", fmt::format("at most {} bytes", kMaxQuery));
    }
    ReadSize(fields, "limit", 1, kMaxLimit, query.limit);
    if (const json::value* filter = fields.Find("filter")) {
        auto parsed = retrieval::ParseFilter(*filter);
        if (parsed) {
            query.filter = std::move(*parsed);
        } else {
            fields.Fail("filter", parsed.error().ToString());
        }
    }
    if (!fields.ok()) return std::unexpected(*fields.error());
    return query;
}

ApiResult<retrieval::KnowledgeBaseOptions> ParseKnowledgeBase(std::string name,
                                                              const json::object& body) {
    Fields fields(body);
    retrieval::KnowledgeBaseOptions options{.name = std::move(name)};
    RefuseOthers(fields, body,
                 {"embedding", "splitter", "limit", "id_column", "title_column", "text_columns"});
    fields.Read("embedding", options.embedding_model);
    ReadSplitter(fields, options.splitter);
    ReadSize(fields, "limit", 1, kMaxLimit, options.limit);
    fields.Read("id_column", options.uploads.table.id_column);
    fields.Read("title_column", options.uploads.table.title_column);
    fields.ReadTexts("text_columns", options.uploads.table.text_columns);
    if (!fields.ok()) return std::unexpected(*fields.error());
    return options;
}

ApiResult<PageQuery> ParsePage(const ServerRequest& request) {
    PageQuery page;
    page.after = request.Query("after").value_or("");
    const auto limit = request.Query("limit");
    if (!limit || limit->empty()) return page;
    const auto [end, error] =
        std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
    if (error != std::errc() || end != limit->data() + limit->size() || page.limit < 1 ||
        page.limit > kMaxLimit) {
        return std::unexpected(
            FromStatus(400, fmt::format("'limit' in the query must be 1 to {}", kMaxLimit)));
    }
    return page;
}

json::object FoundJson(const retrieval::FoundPassages& found, std::chrono::nanoseconds took) {
    json::array hits;
    for (const retrieval::SearchHit& hit : found.hits) {
        json::object metadata = hit.chunk.metadata;
        json::value title = Take(metadata, "title");
        json::value source = Take(metadata, "source");
        hits.push_back({{"id", hit.chunk.id},
                        {"document_id", hit.chunk.document_id},
                        {"title", std::move(title)},
                        {"source", std::move(source)},
                        {"text", hit.chunk.text},
                        {"score", hit.score},
                        {"text_score", Optional(hit.text_score)},
                        {"vector_score", Optional(hit.vector_score)},
                        {"metadata", std::move(metadata)}});
    }
    json::array missing;
    for (const std::string& phrase : found.missing) missing.emplace_back(phrase);
    return {{"hits", std::move(hits)},
            {"filter", found.filter.empty() ? json::value() : ToJson(found.filter)},
            {"dropped_filter", !found.missing.empty()},
            {"missing", std::move(missing)},
            {"explanation", found.explanation},
            {"took_ms", std::chrono::duration<double, std::milli>(took).count()}};
}

}  // namespace argosy::serve
