// The points of one collection: the store has them, this keeps in memory what the store cannot
// answer: their ids in order, and their sparse vectors.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <vector>

#include "retrieval/face/point.h"

namespace argosy::retrieval::face {

/// Thread-safe. The store's collection must be written to through it alone.
class PointCollection {
  public:
    /// Reads all points once.
    static Result<std::shared_ptr<PointCollection>> Open(Store& store, PointSchema schema);

    const PointSchema& schema() const { return schema_; }

    Result<void> Upsert(const std::vector<Point>& points);
    Result<void> Delete(const std::vector<PointId>& ids);
    /// Changes the payloads of the points that are there.
    Result<void> Change(const std::vector<PointId>& ids,
                        const std::function<void(json::object& payload)>& change);

    /// Those that are there, in the order asked for.
    Result<std::vector<Point>> Read(const std::vector<PointId>& ids, bool with_vectors) const;
    /// Ids from `from` on, in their order, that pass the filter.
    Result<std::vector<PointId>> Ids(const Filter& filter, size_t limit,
                                     const std::optional<PointId>& from = {}) const;
    Result<size_t> Count(const Filter& filter) const;

    Result<std::vector<ScoredId>> SearchDense(const std::vector<float>& vector,
                                              const Filter& filter, size_t limit,
                                              size_t beam) const;
    Result<std::vector<ScoredId>> SearchSparse(const std::string& name, const SparseVector& vector,
                                               const Filter& filter, size_t limit) const;

  private:
    PointCollection(Store& store, PointSchema schema);
    void Put(const Point& point);
    Result<std::vector<PointId>> Scan(const Filter& filter, size_t limit,
                                      const std::optional<PointId>& from) const;
    Result<std::vector<bool>> Pass(const std::vector<PointId>& ids, const Filter& filter) const;

    Store& store_;
    const PointSchema schema_;
    std::mutex write_;                 // one writer at a time
    mutable std::shared_mutex state_;  // GUARDED_BY: ids_ and sparse_
    std::set<PointId> ids_;
    std::map<std::string, SparseIndex> sparse_;
};

}  // namespace argosy::retrieval::face
