#include <algorithm>

#include "retrieval/store/hit_fusion.h"
#include "retrieval/store/qdrant_points.h"
#include "retrieval/store/qdrant_store_impl.h"
#include "retrieval/store/store_checks.h"

namespace argosy::retrieval::internal {

namespace {

constexpr size_t kMaxFieldValues = 1000;  // as the embedded store
constexpr size_t kPage = 1000;

// A list of scored points as hits; Qdrant's score of a distance is the distance.
Result<std::vector<SearchHit>> HitsOf(const json::value& answers, size_t list, bool distance) {
    return Reading([&]() -> Result<std::vector<SearchHit>> {
        std::vector<SearchHit> hits;
        for (const json::value& point : answers.as_array().at(list).at("points").as_array()) {
            ARGOSY_TRY(StoredChunk stored, ChunkOf(point));
            auto score = point.at("score").to_number<float>();
            if (distance) score = -score * score;
            hits.push_back({.chunk = std::move(stored.chunk),
                            .score = score,
                            .vector = std::move(stored.vector)});
        }
        return hits;
    });
}

}  // namespace

Result<void> QdrantStore::ForEachRecord(const std::string& name, const json::object& filter,
                                        const json::value& payload, bool vectors,
                                        const std::function<Result<bool>(const json::value&)>& fn) {
    json::value from;
    for (;;) {
        json::object body{{"filter", filter},
                          {"limit", kPage},
                          {"with_payload", payload},
                          {"with_vector", vectors}};
        if (!from.is_null()) body["offset"] = from;
        ARGOSY_TRY(const json::value page,
                   client_.Call("POST", PathOf(name, "/points/scroll"), std::move(body)));
        ARGOSY_TRY(const bool more, Reading([&]() -> Result<bool> {
                       for (const json::value& record : page.at("points").as_array()) {
                           ARGOSY_TRY(const bool wanted, fn(record));
                           if (!wanted) return false;
                       }
                       from = page.at("next_page_offset");
                       return !from.is_null();
                   }));
        if (!more) return {};
    }
}

Result<std::map<std::string, std::string>> QdrantStore::DocumentHashes(const std::string& name) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    std::map<std::string, std::string> hashes;
    json::array first;
    first.push_back(Is("number", 0));
    ARGOSY_CHECK_OK(ForEachRecord(name, {{"must", std::move(first)}},
                                  json::array{"document", "hash"}, false,
                                  [&](const json::value& record) -> Result<bool> {
                                      const json::value& payload = record.at("payload");
                                      hashes[std::string(payload.at("document").as_string())] =
                                          payload.at("hash").as_string();
                                      return true;
                                  }));
    return hashes;
}

Result<std::vector<StoredChunk>> QdrantStore::Read(const std::string& name,
                                                   std::span<const std::string> document_ids,
                                                   bool with_vectors) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    // By document, then by number.
    std::map<std::string, std::map<int64_t, StoredChunk>> found;
    for (size_t begin = 0; begin < document_ids.size(); begin += options_.batch) {
        const auto part =
            document_ids.subspan(begin, std::min(options_.batch, document_ids.size() - begin));
        json::array must;
        must.push_back(Is("argosy", "chunk"));
        must.push_back(IsAny("document", json::array(part.begin(), part.end())));
        ARGOSY_CHECK_OK(ForEachRecord(
            name, {{"must", std::move(must)}}, true, with_vectors,
            [&](const json::value& record) -> Result<bool> {
                ARGOSY_TRY(StoredChunk stored, ChunkOf(record));
                const auto number = record.at("payload").at("number").to_number<int64_t>();
                found[stored.chunk.document_id][number] = std::move(stored);
                return true;
            }));
    }
    std::vector<StoredChunk> chunks;
    for (const std::string& id : document_ids) {
        for (auto& [number, stored] : found[id]) chunks.push_back(std::move(stored));
        found.erase(id);
    }
    return chunks;
}

Result<SearchResult> QdrantStore::Search(const std::string& name, const SearchRequest& request) {
    ARGOSY_TRY(const CollectionConfig config, ConfigOf(name));
    ARGOSY_CHECK_OK(CheckRequest(config, request));
    ARGOSY_TRY(const json::object filter, QdrantFilter(request.filter));
    const bool both = !request.text.empty() && !request.vector.empty();
    const size_t depth = both ? FusionDepth(request.limit) : request.limit;
    json::array searches;
    const auto ask = [&](json::value query, const char* vectors) {
        json::object search{{"query", std::move(query)}, {"using", vectors},
                            {"filter", filter},          {"limit", depth},
                            {"with_payload", true},      {"with_vector", request.with_vectors}};
        if (vectors == kDense) search["params"] = {{"hnsw_ef", request.beam}};
        searches.push_back(std::move(search));
    };
    const json::object words = SparseQuestion(config.bm25, request.text);
    if (!words.empty()) ask(words, kSparse);
    if (!request.vector.empty()) {
        ask(json::array(request.vector.begin(), request.vector.end()), kDense);
    }
    SearchResult result;
    ARGOSY_TRY(result.matching, Count(name, request.filter));
    if (searches.empty()) return result;
    ARGOSY_TRY(const json::value answers, client_.Call("POST", PathOf(name, "/points/query/batch"),
                                                       {{"searches", std::move(searches)}}));
    std::vector<SearchHit> lexical, dense;
    if (!words.empty()) {
        ARGOSY_TRY(lexical, HitsOf(answers, 0, false));
    }
    if (!request.vector.empty()) {
        const bool distance = config.metric == Metric::kEuclidean;
        ARGOSY_TRY(dense, HitsOf(answers, words.empty() ? 0 : 1, distance));
    }
    result.hits = FuseHits(std::move(lexical), std::move(dense), request);
    return result;
}

Result<ScrollPage> QdrantStore::Scroll(const std::string& name, const Filter& filter, size_t limit,
                                       const std::string& from) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    ARGOSY_TRY(json::object chunks, QdrantFilter(filter));
    json::object body{{"filter", std::move(chunks)},
                      {"limit", std::max<size_t>(1, limit)},
                      {"with_payload", true},
                      {"with_vector", true}};
    if (!from.empty()) body["offset"] = from;
    ARGOSY_TRY(const json::value result,
               client_.Call("POST", PathOf(name, "/points/scroll"), std::move(body)));
    return Reading([&]() -> Result<ScrollPage> {
        ScrollPage page;
        for (const json::value& record : result.at("points").as_array()) {
            ARGOSY_TRY(StoredChunk stored, ChunkOf(record));
            page.chunks.push_back(std::move(stored));
        }
        const json::value& next = result.at("next_page_offset");
        if (next.is_string()) page.next = std::string(next.get_string());
        return page;
    });
}

Result<size_t> QdrantStore::Count(const std::string& name, const Filter& filter) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    ARGOSY_TRY(json::object chunks, QdrantFilter(filter));
    ARGOSY_TRY(const json::value count,
               client_.Call("POST", PathOf(name, "/points/count"),
                            {{"filter", std::move(chunks)}, {"exact", true}}));
    return CountIn(count);
}

Result<std::vector<FieldSummary>> QdrantStore::Fields(const std::string& name) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    ARGOSY_TRY(const json::object chunks, QdrantFilter({}));
    PayloadIndex index;
    ARGOSY_CHECK_OK(ForEachRecord(name, chunks, json::array{"metadata"}, false,
                                  [&](const json::value& record) -> Result<bool> {
                                      index.Add(static_cast<Slot>(index.slots()),
                                                record.at("payload").at("metadata").as_object());
                                      return true;
                                  }));
    return index.Summaries(kMaxFieldValues);
}

}  // namespace argosy::retrieval::internal
