#include <algorithm>

#include "retrieval/store/collection_json.h"
#include "retrieval/store/qdrant_points.h"
#include "retrieval/store/qdrant_store_impl.h"
#include "retrieval/store/store_checks.h"

namespace argosy::retrieval {

namespace internal {

namespace {

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

}  // namespace

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
    auto records = client_.Call("POST", PathOf(name, "/points"),
                                {{"ids", json::array{SettingsId()}}, {"with_payload", true}});
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

Result<void> QdrantStore::CreateCollection(const CollectionConfig& config) {
    ARGOSY_CHECK_OK(CheckConfig(config));
    ARGOSY_TRY(const bool exists, Exists(config.name));
    if (exists) return CollectionExists(config.name);
    json::object vectors;
    if (config.dimensions > 0) {
        vectors[kDense] = {{"size", config.dimensions}, {"distance", DistanceOf(config.metric)}};
    }
    ARGOSY_CHECK_OK(client_.Call(
        "PUT", PathOf(config.name),
        {{"vectors", std::move(vectors)},
         {"sparse_vectors", {{kSparse, {{"modifier", "idf"}}}}},
         {"hnsw_config", {{"m", config.hnsw.links}, {"ef_construct", config.hnsw.build_beam}}}}));
    ARGOSY_CHECK_OK(MakeIndexes(config.name));
    return Put(config.name, {SettingsPoint(config)});
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
        for (json::object& point : PointsOf(config, document)) {
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

}  // namespace internal

Result<std::unique_ptr<Store>> OpenQdrantStore(QdrantOptions options) {
    ARGOSY_TRY(const Url url, ParseUrl(options.url));
    if (url.scheme != "http" && url.scheme != "https") {
        return Err(ErrorCode::kInvalidArgument, "a Qdrant store's URL is http://host:6333, not {}",
                   url.ToString());
    }
    while (options.url.ends_with('/')) options.url.pop_back();
    options.batch = std::max<size_t>(1, options.batch);
    auto store = std::make_unique<internal::QdrantStore>(std::move(options));
    ARGOSY_CHECK_OK(store->Prepare());
    return store;
}

}  // namespace argosy::retrieval
