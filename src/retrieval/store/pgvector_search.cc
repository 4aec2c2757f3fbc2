#include "retrieval/store/pgvector_search.h"

#include <algorithm>
#include <map>

#include "retrieval/index/analyzer.h"
#include "retrieval/store/hit_fusion.h"
#include "retrieval/store/pgvector_filter.h"

namespace argosy::retrieval::internal {

namespace {

// Comparing so many vectors takes PostgreSQL a few milliseconds, and no index gives as much.
constexpr size_t kFewMatches = 5000;
constexpr size_t kMaxBeam = 1000;  // of pgvector's index

Result<std::vector<SearchHit>> HitsOf(const PostgresRows& rows, bool with_vectors) {
    std::vector<SearchHit> hits;
    for (int i = 0; i < rows.size(); ++i) {
        ARGOSY_TRY(StoredChunk stored, ChunkAt(rows, i, 1, with_vectors));
        hits.push_back({.chunk = std::move(stored.chunk),
                        .score = static_cast<float>(rows.Double(i, 0)),
                        .vector = std::move(stored.vector)});
    }
    return hits;
}

// BM25 as LexicalIndex computes it, from the statistics of the collection and its terms.
Result<std::vector<SearchHit>> SearchWords(PostgresConnection& db, const PgCollection& collection,
                                           const SearchRequest& request, size_t depth) {
    const Bm25& bm25 = collection.config.bm25;
    std::map<std::string, int> asked;
    for (std::string& term : Analyzer(bm25.language).Terms(request.text)) ++asked[std::move(term)];
    json::object question;
    for (const auto& [term, repeats] : asked) question[term] = repeats;
    const auto chunks = static_cast<double>(std::max<int64_t>(1, collection.chunks));
    const double average = std::max(1e-9, static_cast<double>(collection.terms) / chunks);
    std::vector<std::string> parameters = {
        JsonWithoutNul(json::serialize(question)), std::to_string(collection.chunks),
        fmt::format("{}", bm25.k1 * (1 - bm25.b)), fmt::format("{}", bm25.k1 * bm25.b / average)};
    const std::string filter = FilterToSql(request.filter, parameters);
    const std::string sql = fmt::format(
        "WITH asked AS (SELECT q.key AS term, q.value::float8 AS repeats, (SELECT "
        "count(*)::float8 FROM {0} t WHERE t.term = q.key) AS found FROM "
        "jsonb_each_text($1::jsonb) q), weighed AS (SELECT term, repeats * ln(1 + ($2::float8 - "
        "found + 0.5) / (found + 0.5)) AS weight FROM asked WHERE found > 0), best AS (SELECT "
        "c.key, sum(w.weight * t.count / (t.count + $3::float8 + $4::float8 * c.length)) AS score "
        "FROM weighed w JOIN {0} t USING (term) JOIN {1} c ON c.key = t.key WHERE {2} GROUP BY "
        "c.key ORDER BY score DESC, c.key LIMIT {3}) SELECT best.score, {4} FROM best JOIN {1} c "
        "USING (key) ORDER BY best.score DESC, c.key",
        collection.Table("terms"), collection.Table("chunks"), filter, depth,
        ChunkColumns(request.with_vectors));
    ARGOSY_TRY(const PostgresRows rows, db.Run(sql, parameters));
    return HitsOf(rows, request.with_vectors);
}

Result<std::vector<SearchHit>> SearchVectors(PostgresConnection& db, const PgCollection& collection,
                                             const SearchRequest& request, size_t depth,
                                             bool exact) {
    std::vector<std::string> parameters = {VectorText(request.vector)};
    const std::string filter = FilterToSql(request.filter, parameters);
    const Metric metric = collection.config.metric;
    const std::string chunks = collection.Table("chunks"), sign = DistanceOperator(metric);
    // What is materialised has no index: every match is compared.
    const std::string best =
        exact ? fmt::format(
                    "matching AS MATERIALIZED (SELECT c.key, c.vector FROM {} c WHERE {}), "
                    "best AS (SELECT key, vector {} $1::vector AS distance FROM matching "
                    "ORDER BY distance, key LIMIT {})",
                    chunks, filter, sign, depth)
              : fmt::format(
                    "best AS MATERIALIZED (SELECT c.key, c.vector {1} $1::vector AS "
                    "distance FROM {0} c WHERE {2} ORDER BY c.vector {1} $1::vector LIMIT "
                    "{3})",
                    chunks, sign, filter, depth);
    ARGOSY_TRY(const PostgresRows rows,
               db.Run(fmt::format("WITH {} SELECT best.distance, {} FROM best JOIN {} c USING "
                                  "(key) ORDER BY best.distance, c.key",
                                  best, ChunkColumns(request.with_vectors), chunks),
                      parameters));
    ARGOSY_TRY(std::vector<SearchHit> hits, HitsOf(rows, request.with_vectors));
    for (int i = 0; i < rows.size(); ++i) {
        hits[static_cast<size_t>(i)].score = ScoreOf(metric, rows.Double(i, 0));
    }
    return hits;
}

// The index walks past what the filter refuses and may come back with too little: then, and where
// the matches are few, all are compared.
Result<std::vector<SearchHit>> SearchDense(PostgresConnection& db, const PgCollection& collection,
                                           const SearchRequest& request, size_t depth,
                                           size_t matching, bool& exact) {
    exact = matching <= kFewMatches || collection.config.dimensions > kMaxIndexedDimensions;
    if (!exact) {
        const size_t beam = std::clamp<size_t>(std::max(request.beam, depth), 1, kMaxBeam);
        ARGOSY_CHECK_OK(db.Run(fmt::format("SET LOCAL hnsw.ef_search = {}", beam)));
        ARGOSY_TRY(auto hits, SearchVectors(db, collection, request, depth, false));
        if (hits.size() >= std::min(depth, matching)) return hits;
        exact = true;
    }
    return SearchVectors(db, collection, request, depth, true);
}

}  // namespace

Result<size_t> CountMatching(PostgresConnection& db, const PgCollection& collection,
                             const Filter& filter) {
    if (filter.empty()) return static_cast<size_t>(collection.chunks);
    std::vector<std::string> parameters;
    const std::string sql = FilterToSql(filter, parameters);
    ARGOSY_TRY(const PostgresRows rows, db.Run(fmt::format("SELECT count(*) FROM {} c WHERE {}",
                                                           collection.Table("chunks"), sql),
                                               parameters));
    return static_cast<size_t>(rows.Int(0, 0));
}

Result<SearchResult> SearchCollection(PostgresConnection& db, const PgCollection& collection,
                                      const SearchRequest& request) {
    SearchResult result;
    ARGOSY_TRY(result.matching, CountMatching(db, collection, request.filter));
    const bool both = !request.text.empty() && !request.vector.empty();
    const size_t depth = both ? FusionDepth(request.limit) : request.limit;
    std::vector<SearchHit> lexical, dense;
    if (!request.text.empty()) {
        ARGOSY_TRY(lexical, SearchWords(db, collection, request, depth));
    }
    if (!request.vector.empty()) {
        ARGOSY_TRY(dense,
                   SearchDense(db, collection, request, depth, result.matching, result.exact));
    }
    result.hits = FuseHits(std::move(lexical), std::move(dense), request);
    return result;
}

}  // namespace argosy::retrieval::internal
