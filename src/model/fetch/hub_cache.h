// The Hugging Face Hub's cache on disk, laid out as huggingface_hub lays it out:
//   models--org--name/refs/main            the commit
//   models--org--name/blobs/<etag>         contents; the etag is the SHA-256 (LFS) or git's blob id
//   models--org--name/snapshots/<commit>/<path> -> ../../blobs/<etag>
//   .locks/models--org--name/<etag>.lock
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fetch/choose_files.h"
#include "model/fetch/fetch_model.h"

namespace argosy {

class HubCache {
  public:
    HubCache(std::filesystem::path root, std::string_view repo);

    std::filesystem::path BlobPath(std::string_view etag) const;
    std::filesystem::path LockPath(std::string_view etag) const;
    std::filesystem::path SnapshotPath(std::string_view commit) const;
    /// The commit that a revision had when it was last asked for; a full commit is itself.
    std::optional<std::string> Commit(std::string_view revision) const;
    Result<void> SetCommit(std::string_view revision, std::string_view commit) const;
    /// Makes snapshots/<commit>/<path> point to the blob, relative, replacing what is there.
    Result<void> Link(std::string_view commit, std::string_view path, std::string_view etag) const;
    /// Files of a snapshot that are there whole.
    std::vector<RepoFile> Files(std::string_view commit) const;

  private:
    std::filesystem::path root_;
    std::string folder_;
};

/// FetchOptions::hub_cache, or where the environment puts it.
std::filesystem::path HubCacheRoot(const FetchOptions& options);
/// FetchOptions::download_cache, or where the environment puts it.
std::filesystem::path DownloadCacheRoot(const FetchOptions& options);
/// HF_HOME or its default.
std::filesystem::path HubHome(const Environment& environment);
/// 40 hex digits.
bool IsCommit(std::string_view text);
bool IsOffline(const FetchOptions& options);

}  // namespace argosy
