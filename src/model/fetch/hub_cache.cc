#include "model/fetch/hub_cache.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace argosy {

namespace fs = std::filesystem;

namespace {

/// "~" and "$VAR"-free expansion as the Hub's own tools do for the home folder.
fs::path Expand(const std::string& path, const Environment& environment) {
    if (path == "~" || path.starts_with("~/")) return environment("HOME") + path.substr(1);
    return path;
}

fs::path CacheHome(const Environment& environment) {
    const std::string xdg = environment("XDG_CACHE_HOME");
    return xdg.empty() ? fs::path(environment("HOME")) / ".cache" : Expand(xdg, environment);
}

bool IsTrue(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return text == "1" || text == "ON" || text == "YES" || text == "TRUE";
}

}  // namespace

bool IsCommit(std::string_view text) {
    return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

fs::path HubHome(const Environment& environment) {
    const std::string home = environment("HF_HOME");
    return home.empty() ? CacheHome(environment) / "huggingface" : Expand(home, environment);
}

fs::path HubCacheRoot(const FetchOptions& options) {
    if (!options.hub_cache.empty()) return options.hub_cache;
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
        const std::string value = options.environment(name);
        if (!value.empty()) return Expand(value, options.environment);
    }
    return HubHome(options.environment) / "hub";
}

fs::path DownloadCacheRoot(const FetchOptions& options) {
    if (!options.download_cache.empty()) return options.download_cache;
    const std::string own = options.environment("ARGOSY_CACHE_DIR");
    if (!own.empty()) return Expand(own, options.environment);
    return CacheHome(options.environment) / "argosy";
}

bool IsOffline(const FetchOptions& options) {
    return options.offline || IsTrue(options.environment("HF_HUB_OFFLINE")) ||
           IsTrue(options.environment("TRANSFORMERS_OFFLINE"));
}

HubCache::HubCache(fs::path root, std::string_view repo) : root_(std::move(root)) {
    folder_ = "models--";
    for (char c : repo) folder_ += c == '/' ? std::string("--") : std::string(1, c);
}

fs::path HubCache::BlobPath(std::string_view etag) const {
    return root_ / folder_ / "blobs" / etag;
}
fs::path HubCache::LockPath(std::string_view etag) const {
    return root_ / ".locks" / folder_ / (std::string(etag) + ".lock");
}
fs::path HubCache::SnapshotPath(std::string_view commit) const {
    return root_ / folder_ / "snapshots" / commit;
}

std::optional<std::string> HubCache::Commit(std::string_view revision) const {
    if (IsCommit(revision)) return std::string(revision);
    std::string commit;
    std::ifstream(root_ / folder_ / "refs" / revision) >> commit;
    if (!IsCommit(commit)) return {};
    return commit;
}

Result<void> HubCache::SetCommit(std::string_view revision, std::string_view commit) const {
    if (revision == commit) return {};
    const fs::path path = root_ / folder_ / "refs" / revision;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    // Written aside and renamed, so that a reader never sees half a commit.
    const fs::path aside = path.string() + fmt::format(".{}.tmp", ::getpid());
    std::ofstream(aside) << commit;
    fs::rename(aside, path, error);
    if (error) {
        return Err(ErrorCode::kPermissionDenied, "cannot write {}: {}", path.string(),
                   error.message());
    }
    return {};
}

Result<void> HubCache::Link(std::string_view commit, std::string_view path,
                            std::string_view etag) const {
    const fs::path link = SnapshotPath(commit) / path;
    std::error_code error;
    fs::create_directories(link.parent_path(), error);
    fs::path target = fs::path("..") / ".." / "blobs" / etag;
    for (char c : path) {
        if (c == '/') target = ".." / target;
    }
    if (fs::read_symlink(link, error) == target) return {};
    const fs::path aside = link.string() + fmt::format(".{}.tmp", ::getpid());
    fs::remove(aside, error);
    fs::create_symlink(target, aside, error);
    if (!error) fs::rename(aside, link, error);
    if (error) {
        return Err(ErrorCode::kPermissionDenied, "cannot link {}: {}", link.string(),
                   error.message());
    }
    return {};
}

std::vector<RepoFile> HubCache::Files(std::string_view commit) const {
    std::vector<RepoFile> files;
    const fs::path snapshot = SnapshotPath(commit);
    std::error_code error;
    for (fs::recursive_directory_iterator it(snapshot, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (!fs::is_regular_file(it->path(), ignored)) continue;  // follows the link
        files.push_back({fs::relative(it->path().parent_path(), snapshot) / it->path().filename(),
                         fs::file_size(it->path(), ignored)});
        if (files.back().path.starts_with("./")) files.back().path.erase(0, 2);
    }
    std::ranges::sort(files, {}, &RepoFile::path);
    return files;
}

}  // namespace argosy
