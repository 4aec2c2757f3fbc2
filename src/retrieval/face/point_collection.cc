#include "retrieval/face/point_collection.h"

#include <algorithm>

namespace argosy::retrieval::face {

namespace {

constexpr size_t kPage = 256;
// Up to so many matches are fetched by the filter; of more, ids are gone through in their order.
constexpr size_t kFewMatches = 4096;

std::vector<std::string> Texts(const std::vector<PointId>& ids) {
    std::vector<std::string> texts;
    for (const PointId& id : ids) texts.push_back(ToText(id));
    return texts;
}

}  // namespace

PointCollection::PointCollection(Store& store, PointSchema schema)
    : store_(store), schema_(std::move(schema)) {
    for (const auto& [name, idf] : schema_.sparse) sparse_.try_emplace(name, idf);
}

Result<std::shared_ptr<PointCollection>> PointCollection::Open(Store& store, PointSchema schema) {
    std::shared_ptr<PointCollection> made(new PointCollection(store, std::move(schema)));
    std::string from;
    for (;;) {
        ARGOSY_TRY(ScrollPage page, store.Scroll(made->schema_.config.name, {}, kPage, from));
        for (StoredChunk& stored : page.chunks) {
            ARGOSY_TRY(const Point point, FromChunk(std::move(stored)));
            made->Put(point);
        }
        if (!page.next) return made;
        from = *page.next;
    }
}

void PointCollection::Put(const Point& point) {
    ids_.insert(point.id);
    for (auto& [name, index] : sparse_) {
        const auto vector = point.sparse.find(name);
        index.Set(point.id, vector == point.sparse.end() ? SparseVector() : vector->second);
    }
}

Result<void> PointCollection::Upsert(const std::vector<Point>& points) {
    std::vector<StoredDocument> documents;
    for (const Point& point : points) documents.push_back(ToDocument(point));
    const std::lock_guard lock(write_);
    ARGOSY_CHECK_OK(store_.Upsert(schema_.config.name, documents));
    const std::unique_lock writing(state_);
    for (const Point& point : points) Put(point);
    return {};
}

Result<void> PointCollection::Delete(const std::vector<PointId>& ids) {
    const std::lock_guard lock(write_);
    ARGOSY_CHECK_OK(store_.Delete(schema_.config.name, Texts(ids)));
    const std::unique_lock writing(state_);
    for (const PointId& id : ids) {
        ids_.erase(id);
        for (auto& [name, index] : sparse_) index.Remove(id);
    }
    return {};
}

Result<void> PointCollection::Change(const std::vector<PointId>& ids,
                                     const std::function<void(json::object& payload)>& change) {
    const std::lock_guard lock(write_);
    ARGOSY_TRY(std::vector<Point> points, Read(ids, true));
    std::vector<StoredDocument> documents;
    for (Point& point : points) {
        change(point.payload);
        documents.push_back(ToDocument(point));
    }
    return store_.Upsert(schema_.config.name, documents);
}

Result<std::vector<Point>> PointCollection::Read(const std::vector<PointId>& ids,
                                                 bool with_vectors) const {
    ARGOSY_TRY(std::vector<StoredChunk> chunks,
               store_.Read(schema_.config.name, Texts(ids), with_vectors));
    std::vector<Point> points;
    for (StoredChunk& stored : chunks) {
        ARGOSY_TRY(Point point, FromChunk(std::move(stored)));
        points.push_back(std::move(point));
    }
    return points;
}

Result<std::vector<bool>> PointCollection::Pass(const std::vector<PointId>& ids,
                                                const Filter& filter) const {
    ARGOSY_TRY(const std::vector<StoredChunk> chunks,
               store_.Read(schema_.config.name, Texts(ids), false));
    std::set<std::string> passing;
    for (const StoredChunk& stored : chunks) {
        if (Matches(filter, stored.chunk.metadata)) passing.insert(stored.chunk.document_id);
    }
    std::vector<bool> pass;
    for (const PointId& id : ids) pass.push_back(passing.contains(ToText(id)));
    return pass;
}

// By the store's own index: for filters that few points pass.
Result<std::vector<PointId>> PointCollection::Scan(const Filter& filter, size_t limit,
                                                   const std::optional<PointId>& from) const {
    std::set<PointId> best;
    std::string next;
    for (;;) {
        ARGOSY_TRY(const ScrollPage page, store_.Scroll(schema_.config.name, filter, kPage, next));
        for (const StoredChunk& stored : page.chunks) {
            ARGOSY_TRY(PointId id, PointIdOfText(stored.chunk.document_id));
            if (from && id < *from) continue;
            best.insert(std::move(id));
            if (best.size() > limit) best.erase(std::prev(best.end()));
        }
        if (!page.next) return std::vector<PointId>(best.begin(), best.end());
        next = *page.next;
    }
}

Result<std::vector<PointId>> PointCollection::Ids(const Filter& filter, size_t limit,
                                                  const std::optional<PointId>& from) const {
    if (!filter.empty()) {
        ARGOSY_TRY(const size_t matching, Count(filter));
        if (matching <= kFewMatches) return Scan(filter, limit, from);
    }
    std::vector<PointId> found;
    std::optional<PointId> after;
    while (found.size() < limit) {
        std::vector<PointId> page;
        {
            const std::shared_lock lock(state_);
            auto at = after  ? ids_.upper_bound(*after)
                      : from ? ids_.lower_bound(*from)
                             : ids_.begin();
            const size_t most = filter.empty() ? limit : kPage;
            for (; at != ids_.end() && page.size() < most; ++at) page.push_back(*at);
        }
        if (page.empty()) break;
        after = page.back();
        if (filter.empty()) return page;
        ARGOSY_TRY(const std::vector<bool> pass, Pass(page, filter));
        for (size_t i = 0; i < page.size() && found.size() < limit; ++i) {
            if (pass[i]) found.push_back(page[i]);
        }
    }
    return found;
}

Result<size_t> PointCollection::Count(const Filter& filter) const {
    return store_.Count(schema_.config.name, filter);
}

Result<std::vector<ScoredId>> PointCollection::SearchDense(const std::vector<float>& vector,
                                                           const Filter& filter, size_t limit,
                                                           size_t beam) const {
    SearchRequest request{.vector = vector, .filter = filter, .limit = limit};
    request.beam = std::max(beam, request.beam);
    ARGOSY_TRY(const SearchResult found, store_.Search(schema_.config.name, request));
    std::vector<ScoredId> hits;
    for (const SearchHit& hit : found.hits) {
        ARGOSY_TRY(PointId id, PointIdOfText(hit.chunk.document_id));
        hits.push_back({std::move(id), hit.score});
    }
    return hits;
}

// Best first, until enough pass the filter.
Result<std::vector<ScoredId>> PointCollection::SearchSparse(const std::string& name,
                                                            const SparseVector& vector,
                                                            const Filter& filter,
                                                            size_t limit) const {
    std::vector<ScoredId> hits;
    {
        const std::shared_lock lock(state_);
        hits = sparse_.at(name).Search(vector);
    }
    if (filter.empty()) {
        hits.resize(std::min(hits.size(), limit));
        return hits;
    }
    std::vector<ScoredId> passing;
    for (size_t begin = 0; begin < hits.size() && passing.size() < limit; begin += kPage) {
        std::vector<PointId> page;
        for (size_t i = begin; i < std::min(hits.size(), begin + kPage); ++i) {
            page.push_back(hits[i].id);
        }
        ARGOSY_TRY(const std::vector<bool> pass, Pass(page, filter));
        for (size_t i = 0; i < page.size() && passing.size() < limit; ++i) {
            if (pass[i]) passing.push_back(hits[begin + i]);
        }
    }
    return passing;
}

}  // namespace argosy::retrieval::face
