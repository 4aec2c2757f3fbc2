#include "retrieval/store/qdrant_store.h"

#include <algorithm>
#include <mutex>

#include "net/url.h"
#include "retrieval/store/collection_json.h"
#include "retrieval/store/hit_fusion.h"
#include "retrieval/store/qdrant_client.h"
#include "retrieval/store/qdrant_points.h"
#include "retrieval/store/store_checks.h"

namespace argosy::retrieval {

namespace {

using internal::Is;
using internal::IsAny;
using internal::QdrantFilter;

constexpr size_t kMaxFieldValues = 1000;  // as the embedded store
constexpr size_t kPage = 1000;

std::string PathOf(const std::string& collection, std::string_view rest = "") {
    return fmt::format("/collections/{}{}", PercentEncode(collection), rest);
}

// What reads an answer, so that one of another shape is an error of the server's.
template <typename Fn>
auto Reading(Fn fn) -> decltype(fn()) {
    try {
        return fn();
    } catch (const std::exception& e) {
        return Err(ErrorCode::kCorrupt, "an answer of Qdrant cannot be read: {}", e.what());
    }
}

Result<size_t> CountIn(const json::value& result) {
    return Reading([&]() -> Result<size_t> { return result.at("count").to_number<size_t>(); });
}

class QdrantStore final : public Store {
  public:
    explicit QdrantStore(QdrantOptions options) : options_(options), client_(std::move(options)) {}

    Result<void> Prepare();
    Result<void> CreateCollection(const CollectionConfig& config) override;
    Result<void> DropCollection(const std::string& name) override;
    Result<std::vector<CollectionConfig>> Collections() override;
    Result<void> Upsert(const std::string& collection,
                        std::span<const StoredDocument> documents) override;
    Result<size_t> Delete(const std::string& collection,
                          std::span<const std::string> document_ids) override;
    Result<std::map<std::string, std::string>> DocumentHashes(
        const std::string& collection) override;
    Result<std::vector<StoredChunk>> Read(const std::string& collection,
                                          std::span<const std::string> document_ids,
                                          bool with_vectors) override;
    Result<SearchResult> Search(const std::string& collection,
                                const SearchRequest& request) override;
    Result<ScrollPage> Scroll(const std::string& collection, const Filter& filter, size_t limit,
                              const std::string& from) override;
    Result<size_t> Count(const std::string& collection, const Filter& filter) override;
    Result<std::vector<FieldSummary>> Fields(const std::string& collection) override;
    Result<void> Snapshot(const std::string& collection, const std::filesystem::path& to) override;
    Result<void> Restore(const std::string& name, const std::filesystem::path& from) override;

  private:
    Result<bool> Exists(const std::string& name);
    Result<CollectionConfig> ConfigOf(const std::string& name);
    Result<void> MakeIndexes(const std::string& name);
    Result<void> Put(const std::string& name, const std::vector<json::object>& points);
    Result<void> DropLeftovers(const std::string& name, std::span<const StoredDocument> documents);
    /// Records that pass a filter of Qdrant's, page after page, until fn returns false.
    Result<void> ForEachRecord(const std::string& name, const json::object& filter,
                               const json::value& payload, bool vectors,
                               const std::function<Result<bool>(const json::value&)>& fn);

    const QdrantOptions options_;
    internal::QdrantClient client_;
    std::mutex mutex_;  // GUARDED_BY: configs_
    std::map<std::string, CollectionConfig> configs_;
};

Result<void> QdrantStore::Prepare() {
    ARGOSY_CHECK_OK(client_.Call("GET", "/collections"));
    return {};
}

Result<bool> QdrantStore::Exists(const std::string& name) {
    ARGOSY_CHECK_OK(CheckCollectionName(name));
    ARGOSY_TRY(const json::value result, client_.Call("GET", PathOf(name, "/exists")));
    const auto* object = result.if_object();
    const auto* exists = object == nullptr ? nullptr : object->if_contains("exists");
    return exists != nullptr && *exists == true;
}

// The settings stand in a point of the collection. They never change, so they are asked for once.
Result<CollectionConfig> QdrantStore::ConfigOf(const std::string& name) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = configs_.find(name); known != configs_.end()) return known->second;
    }
    if (!CheckCollectionName(name)) return NoCollection(name);
    auto records =
        client_.Call("POST", PathOf(name, "/points"),
                     {{"ids", json::array{internal::SettingsId()}}, {"with_payload", true}});
    if (!records && records.error().code == ErrorCode::kNotFound) return NoCollection(name);
    if (!records) return std::unexpected(records.error());
    const auto* list = records->if_array();
    if (list == nullptr || list->empty()) {
        return Err(ErrorCode::kNotFound, "\"{}\" is a collection of Qdrant, but none of Argosy's",
                   name);
    }
    try {
        ARGOSY_TRY(CollectionConfig config, ConfigFromJson((*list)[0].at("payload").at("config")));
        config.name = name;  // a restored one may have had another
        const std::lock_guard lock(mutex_);
        configs_[name] = config;
        return config;
    } catch (const std::exception& e) {
        return Err(ErrorCode::kCorrupt, "the settings of \"{}\" cannot be read: {}", name,
                   e.what());
    }
}

const char* DistanceOf(Metric metric) {
    switch (metric) {
        case Metric::kCosine:
            return "Cosine";
        case Metric::kDot:
            return "Dot";
        case Metric::kEuclidean:
            break;
    }
    return "Euclid";
}

Result<void> QdrantStore::CreateCollection(const CollectionConfig& config) {
    ARGOSY_CHECK_OK(CheckConfig(config));
    ARGOSY_TRY(const bool exists, Exists(config.name));
    if (exists) return CollectionExists(config.name);
    json::object vectors;
    if (config.dimensions > 0) {
        vectors[internal::kDense] = {{"size", config.dimensions},
                                     {"distance", DistanceOf(config.metric)}};
    }
    ARGOSY_CHECK_OK(client_.Call(
        "PUT", PathOf(config.name),
        {{"vectors", std::move(vectors)},
         {"sparse_vectors", {{internal::kSparse, {{"modifier", "idf"}}}}},
         {"hnsw_config", {{"m", config.hnsw.links}, {"ef_construct", config.hnsw.build_beam}}}}));
    ARGOSY_CHECK_OK(MakeIndexes(config.name));
    return Put(config.name, {internal::SettingsPoint(config)});
}

Result<void> QdrantStore::MakeIndexes(const std::string& name) {
    const std::pair<const char*, const char*> fields[] = {
        {"argosy", "keyword"}, {"document", "keyword"}, {"number", "integer"}};
    for (const auto& [field, schema] : fields) {
        ARGOSY_CHECK_OK(client_.Call("PUT", PathOf(name, "/index?wait=true"),
                                     {{"field_name", field}, {"field_schema", schema}}));
    }
    return {};
}

Result<void> QdrantStore::DropCollection(const std::string& name) {
    ARGOSY_CHECK_OK(ConfigOf(name));  // none of another program's
    {
        const std::lock_guard lock(mutex_);
        configs_.erase(name);
    }
    ARGOSY_CHECK_OK(client_.Call("DELETE", PathOf(name)));
    return {};
}

Result<std::vector<CollectionConfig>> QdrantStore::Collections() {
    ARGOSY_TRY(const json::value result, client_.Call("GET", "/collections"));
    std::vector<CollectionConfig> all;
    const auto* object = result.if_object();
    const auto* list = object == nullptr ? nullptr : object->if_contains("collections");
    if (list == nullptr || !list->is_array()) {
        return Err(ErrorCode::kCorrupt, "Qdrant's list of collections cannot be read");
    }
    for (const json::value& each : list->get_array()) {
        const auto* entry = each.if_object();
        const auto* name = entry == nullptr ? nullptr : entry->if_contains("name");
        if (name == nullptr || !name->is_string()) continue;
        auto config = ConfigOf(std::string(name->get_string()));
        if (config)
            all.push_back(std::move(*config));
        else if (config.error().code != ErrorCode::kNotFound)
            return std::unexpected(config.error());
    }
    std::ranges::sort(all, {}, &CollectionConfig::name);
    return all;
}

Result<void> QdrantStore::Put(const std::string& name, const std::vector<json::object>& points) {
    for (size_t begin = 0; begin < points.size(); begin += options_.batch) {
        const size_t end = std::min(points.size(), begin + options_.batch);
        json::array batch;
        for (size_t i = begin; i < end; ++i) batch.push_back(points[i]);
        ARGOSY_CHECK_OK(
            client_.Call("PUT", PathOf(name, "/points?wait=true"), {{"points", std::move(batch)}}));
    }
    return {};
}

// The first piece of a document has the hash that counts, and comes last: an Upsert that breaks off
// leaves the old hash.
Result<void> QdrantStore::Upsert(const std::string& name,
                                 std::span<const StoredDocument> documents) {
    ARGOSY_TRY(const CollectionConfig config, ConfigOf(name));
    ARGOSY_CHECK_OK(CheckDocuments(config, documents));
    std::vector<json::object> first, rest;
    for (const StoredDocument& document : documents) {
        for (json::object& point : internal::PointsOf(config, document)) {
            const bool is_first = point.at("payload").at("number").to_number<int64_t>() == 0;
            (is_first ? first : rest).push_back(std::move(point));
        }
    }
    ARGOSY_CHECK_OK(Put(name, rest));
    ARGOSY_CHECK_OK(DropLeftovers(name, documents));
    return Put(name, first);
}

// Pieces of these documents beyond those that they have now.
Result<void> QdrantStore::DropLeftovers(const std::string& name,
                                        std::span<const StoredDocument> documents) {
    for (size_t begin = 0; begin < documents.size(); begin += options_.batch) {
        json::array operations;
        for (const StoredDocument& document :
             documents.subspan(begin, std::min(options_.batch, documents.size() - begin))) {
            const size_t kept = std::max<size_t>(1, document.chunks.size());
            json::array must;
            must.push_back(Is("document", json::string(document.id)));
            must.push_back({{"key", "number"}, {"range", {{"gte", kept}}}});
            operations.push_back({{"delete", {{"filter", {{"must", std::move(must)}}}}}});
        }
        ARGOSY_CHECK_OK(client_.Call("POST", PathOf(name, "/points/batch?wait=true"),
                                     {{"operations", std::move(operations)}}));
    }
    return {};
}

Result<size_t> QdrantStore::Delete(const std::string& name,
                                   std::span<const std::string> document_ids) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    size_t gone = 0;
    for (size_t begin = 0; begin < document_ids.size(); begin += options_.batch) {
        const auto part =
            document_ids.subspan(begin, std::min(options_.batch, document_ids.size() - begin));
        const json::object of = IsAny("document", json::array(part.begin(), part.end()));
        json::array first;
        first.push_back(of);
        first.push_back(Is("number", 0));
        ARGOSY_TRY(const json::value count,
                   client_.Call("POST", PathOf(name, "/points/count"),
                                {{"filter", {{"must", std::move(first)}}}, {"exact", true}}));
        ARGOSY_TRY(const size_t documents, CountIn(count));
        gone += documents;
        json::array all;
        all.push_back(of);
        ARGOSY_CHECK_OK(client_.Call("POST", PathOf(name, "/points/delete?wait=true"),
                                     {{"filter", {{"must", std::move(all)}}}}));
    }
    return gone;
}

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
                ARGOSY_TRY(StoredChunk stored, internal::ChunkOf(record));
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

// A list of scored points as hits; Qdrant's score of a distance is the distance.
Result<std::vector<SearchHit>> HitsOf(const json::value& answers, size_t list, bool distance) {
    return Reading([&]() -> Result<std::vector<SearchHit>> {
        std::vector<SearchHit> hits;
        for (const json::value& point : answers.as_array().at(list).at("points").as_array()) {
            ARGOSY_TRY(StoredChunk stored, internal::ChunkOf(point));
            auto score = point.at("score").to_number<float>();
            if (distance) score = -score * score;
            hits.push_back({.chunk = std::move(stored.chunk),
                            .score = score,
                            .vector = std::move(stored.vector)});
        }
        return hits;
    });
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
        if (vectors == internal::kDense) search["params"] = {{"hnsw_ef", request.beam}};
        searches.push_back(std::move(search));
    };
    const json::object words = internal::SparseQuestion(config.bm25, request.text);
    if (!words.empty()) ask(words, internal::kSparse);
    if (!request.vector.empty()) {
        ask(json::array(request.vector.begin(), request.vector.end()), internal::kDense);
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
            ARGOSY_TRY(StoredChunk stored, internal::ChunkOf(record));
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

Result<void> QdrantStore::Snapshot(const std::string& name, const std::filesystem::path& to) {
    ARGOSY_CHECK_OK(ConfigOf(name));
    ARGOSY_TRY(const json::value made,
               client_.Call("POST", PathOf(name, "/snapshots?wait=true"), json::object()));
    ARGOSY_TRY(const std::string file, Reading([&]() -> Result<std::string> {
                   return std::string(made.at("name").as_string());
               }));
    const std::string path = PathOf(name, "/snapshots/" + PercentEncode(file));
    auto loaded = client_.Download(path, to);
    // The server's own copy has done its work, whether it arrived or not.
    const auto dropped = client_.Call("DELETE", path);
    if (!loaded) return loaded;
    if (!dropped) return std::unexpected(dropped.error());
    return {};
}

Result<void> QdrantStore::Restore(const std::string& name, const std::filesystem::path& from) {
    ARGOSY_TRY(const bool exists, Exists(name));
    if (exists) return CollectionExists(name);
    ARGOSY_CHECK_OK(
        client_.Upload(PathOf(name, "/snapshots/upload?wait=true&priority=snapshot"), from));
    const auto config = ConfigOf(name);
    if (config) return {};
    // A snapshot of another program's: nothing of it stays.
    const auto dropped = client_.Call("DELETE", PathOf(name));
    if (!dropped) return std::unexpected(dropped.error());
    return At(from.string(), {ErrorCode::kCorrupt, config.error().message, {}});
}

}  // namespace

Result<std::unique_ptr<Store>> OpenQdrantStore(QdrantOptions options) {
    ARGOSY_TRY(const Url url, ParseUrl(options.url));
    if (url.scheme != "http" && url.scheme != "https") {
        return Err(ErrorCode::kInvalidArgument, "a Qdrant store's URL is http://host:6333, not {}",
                   url.ToString());
    }
    while (options.url.ends_with('/')) options.url.pop_back();
    options.batch = std::max<size_t>(1, options.batch);
    auto store = std::make_unique<QdrantStore>(std::move(options));
    ARGOSY_CHECK_OK(store->Prepare());
    return store;
}

}  // namespace argosy::retrieval
