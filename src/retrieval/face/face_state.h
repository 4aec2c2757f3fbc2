// What all routes of the face share: the store's collections as collections of points, and the
// folder of their snapshots. Thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "retrieval/face/point_collection.h"

namespace argosy::retrieval::face {

class FaceState {
  public:
    FaceState(Store& store, std::filesystem::path snapshots)
        : store_(store), snapshots_(std::move(snapshots)) {}

    /// kNotFound, in Qdrant's words; so for collections that the face did not make.
    Result<std::shared_ptr<PointCollection>> Find(const std::string& name);
    Result<std::vector<std::string>> Names();
    Result<void> Create(const PointSchema& schema);
    /// False: there was none.
    Result<bool> Drop(const std::string& name);

    /// Name, size and time of each snapshot of a collection, oldest first.
    Result<json::array> Snapshots(const std::string& name);
    Result<json::object> MakeSnapshot(const std::string& name);
    Result<void> DropSnapshot(const std::string& name, const std::string& snapshot);
    Result<std::string> ReadSnapshot(const std::string& name, const std::string& snapshot);
    /// Makes the collection what the file has; one of that name is replaced.
    Result<void> Recover(const std::string& name, const std::filesystem::path& file);
    /// The same from a file:// URL within the folder of snapshots.
    Result<void> RecoverFrom(const std::string& name, const std::string& location);
    Result<void> RecoverBytes(const std::string& name, std::string_view bytes);

  private:
    Result<std::filesystem::path> SnapshotFile(const std::string& name,
                                               const std::string& snapshot) const;
    Result<void> NeedFolder() const;

    Store& store_;
    const std::filesystem::path snapshots_;  // empty: none are made
    std::mutex mutex_;                       // GUARDED_BY: open_
    std::map<std::string, std::shared_ptr<PointCollection>> open_;
};

}  // namespace argosy::retrieval::face
