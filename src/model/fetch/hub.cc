#include "model/fetch/hub.h"

#include <fstream>

#include "base/json.h"
#include "model/fetch/choose_files.h"
#include "model/fetch/download.h"
#include "model/fetch/hub_cache.h"
#include "net/url.h"
#include "telemetry/log.h"

namespace argosy {

namespace fs = std::filesystem;

namespace {

std::string Trim(std::string text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string FindToken(const FetchOptions& options) {
    if (!options.token.empty()) return options.token;
    for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
        std::string value = Trim(options.environment(name));
        if (!value.empty()) return value;
    }
    const std::string path = options.environment("HF_TOKEN_PATH");
    std::ifstream file(path.empty() ? HubHome(options.environment) / "token" : fs::path(path));
    std::string token;
    std::getline(file, token);
    return Trim(token);
}

class Hub {
  public:
    Hub(HttpClient& client, const ModelUri& uri, const FetchOptions& options)
        : client_(client),
          uri_(uri),
          options_(options),
          cache_(HubCacheRoot(options), uri.repo),
          token_(FindToken(options)) {
        endpoint_ = options.environment("HF_ENDPOINT");
        if (endpoint_.empty()) endpoint_ = "https://huggingface.co";
        while (endpoint_.ends_with('/')) endpoint_.pop_back();
    }

    Result<FetchedModel> Fetch() {
        if (IsOffline(options_)) return FromCache();
        auto commit = AskCommit();
        if (!commit) {
            const bool unreachable = commit.error().code == ErrorCode::kUnavailable ||
                                     commit.error().code == ErrorCode::kDeadlineExceeded;
            if (unreachable) {
                if (auto cached = FromCache()) {
                    log::Warn("the Hub cannot be reached: using the cached model",
                              {{"repo", uri_.repo}, {"error", commit.error().ToString()}});
                    return cached;
                }
            }
            return std::unexpected(std::move(commit.error()));
        }
        ARGOSY_TRY(const std::vector<RepoFile> all, ListFiles(*commit));
        auto chosen = ChooseFiles(all, uri_.selector);
        if (!chosen) return At(uri_.repo, std::move(chosen.error()));
        return Bring(*commit, *chosen);
    }

  private:
    Result<HttpRequest> Request(std::string url) const {
        HttpRequest request;
        request.url = std::move(url);
        request.idle_timeout = options_.idle_timeout;
        if (!token_.empty()) request.headers.Add("Authorization", "Bearer " + token_);
        return request;
    }

    Result<HttpResponse> Get(const std::string& url) const {
        auto response = FetchWithRetry(client_, [&] { return Request(url); }, options_);
        if (!response) return At("Hub " + endpoint_, std::move(response.error()));
        if (!response->ok()) return std::unexpected(Explain(*response));
        return response;
    }

    /// What a refusal means for the user (codes: X-Error-Code of the Hub).
    Error Explain(const HttpResponse& response) const {
        const std::string_view code = response.headers.Get("X-Error-Code");
        const std::string page = endpoint_ + "/" + uri_.repo;
        const char* token_hint = token_.empty() ? "set HF_TOKEN to a token that may read it"
                                                : "check that the token may read it";
        const auto error = [](ErrorCode kind, std::string message) {
            return Error{kind, std::move(message), {}};
        };
        if (code == "GatedRepo") {
            return error(
                token_.empty() ? ErrorCode::kUnauthenticated : ErrorCode::kPermissionDenied,
                fmt::format("{} is gated: accept its terms at {} with your account, then "
                            "{}",
                            uri_.repo, page, token_hint));
        }
        if (code == "RevisionNotFound") {
            return error(ErrorCode::kNotFound,
                         fmt::format("{} has no revision '{}'; see {}/tree/main for its branches",
                                     uri_.repo, uri_.revision, page));
        }
        if (code == "EntryNotFound") {
            return error(ErrorCode::kNotFound,
                         fmt::format("{} does not hold that file; see {}/tree/{}", uri_.repo, page,
                                     uri_.revision));
        }
        if (code == "RepoNotFound" || response.status == 404 || response.status == 401) {
            // The Hub answers so for what does not exist and for what a stranger may not see.
            const bool refused = response.status == 401 && code != "RepoNotFound";
            return error(refused ? ErrorCode::kUnauthenticated : ErrorCode::kNotFound,
                         fmt::format("{} does not exist or is private: check the name at {}, and "
                                     "{}",
                                     uri_.repo, page, token_hint));
        }
        if (response.status == 403) {
            return error(ErrorCode::kPermissionDenied,
                         fmt::format("access to {} is refused: {} at {}/settings/tokens", uri_.repo,
                                     token_hint, endpoint_));
        }
        if (response.status == 429) {
            return error(ErrorCode::kResourceExhausted,
                         fmt::format("{} limits the rate of requests; try again later{}", endpoint_,
                                     token_.empty() ? ", or set HF_TOKEN for a higher limit" : ""));
        }
        return error(ErrorCode::kUnavailable,
                     fmt::format("{} answered {} for {}", endpoint_, response.status, uri_.repo));
    }

    Result<std::string> AskCommit() const {
        ARGOSY_TRY(const HttpResponse response,
                   Get(fmt::format("{}/api/models/{}/revision/{}", endpoint_, uri_.repo,
                                   PercentEncode(uri_.revision))));
        ARGOSY_TRY(const json::value value, ParseJson(response.body));
        const json::object* object = value.if_object();
        const json::value* sha = object != nullptr ? object->if_contains("sha") : nullptr;
        if (sha == nullptr || !sha->is_string() || !IsCommit(std::string_view(sha->get_string()))) {
            return Err(ErrorCode::kCorrupt, "{} names no commit for {}", endpoint_, uri_.repo);
        }
        return std::string(sha->get_string());
    }

    Result<RepoFile> ParseEntry(const json::object& entry) const {
        const auto text = [](const json::object& object, const char* key) -> std::string {
            const json::value* value = object.if_contains(key);
            return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
        };
        const auto number = [](const json::object& object, const char* key) -> uint64_t {
            const json::value* value = object.if_contains(key);
            const int64_t* integer = value != nullptr ? value->if_int64() : nullptr;
            return integer != nullptr && *integer > 0 ? static_cast<uint64_t>(*integer) : 0;
        };
        RepoFile file{text(entry, "path"), number(entry, "size"), text(entry, "oid"), {}};
        if (const json::value* lfs = entry.if_contains("lfs"); lfs != nullptr && lfs->is_object()) {
            file.sha256 = text(lfs->get_object(), "oid");
            if (const uint64_t size = number(lfs->get_object(), "size")) file.size = size;
        }
        const bool hashed = file.sha256.empty() ? IsCommit(file.oid) : IsSha256Hex(file.sha256);
        if (!IsSafeRelativePath(file.path) || !hashed) {
            return Err(ErrorCode::kCorrupt, "{} lists a file of {} with a bad path or hash: '{}'",
                       endpoint_, uri_.repo, file.path);
        }
        return file;
    }

    Result<std::vector<RepoFile>> ListFiles(const std::string& commit) const {
        std::vector<RepoFile> files;
        std::string url =
            fmt::format("{}/api/models/{}/tree/{}?recursive=true", endpoint_, uri_.repo, commit);
        for (int page = 0; !url.empty() && page < 1000; ++page) {
            ARGOSY_TRY(const HttpResponse response, Get(url));
            ARGOSY_TRY(const json::value value, ParseJson(response.body));
            if (!value.is_array()) {
                return Err(ErrorCode::kCorrupt, "{} gives no list of files for {}", endpoint_,
                           uri_.repo);
            }
            for (const json::value& item : value.get_array()) {
                const json::object* entry = item.if_object();
                const json::value* type = entry != nullptr ? entry->if_contains("type") : nullptr;
                if (type == nullptr || *type != "file") continue;
                ARGOSY_TRY(RepoFile file, ParseEntry(*entry));
                files.push_back(std::move(file));
            }
            ARGOSY_TRY(url, NextPage(response));
        }
        return files;
    }

    /// The URL of `Link: <...>; rel="next"`, on the same host only: the token goes with it.
    Result<std::string> NextPage(const HttpResponse& response) const {
        const std::string_view link = response.headers.Get("Link");
        const size_t open = link.find('<');
        const size_t close = link.find('>');
        if (open == link.npos || close == link.npos || link.find("rel=\"next\"") == link.npos) {
            return std::string();
        }
        ARGOSY_TRY(const Url base, ParseUrl(response.url));
        ARGOSY_TRY(const Url next, ResolveUrl(base, link.substr(open + 1, close - open - 1)));
        if (!next.SameOrigin(base)) {
            return Err(ErrorCode::kCorrupt, "{} sends the list's next page to {}", endpoint_,
                       next.Authority());
        }
        return next.ToString();
    }

    Result<FetchedModel> Bring(const std::string& commit, const ChosenFiles& chosen) const {
        if (!uri_.sha256.empty() &&
            (chosen.files.size() != 1 || chosen.files[0].sha256 != uri_.sha256)) {
            return Err(ErrorCode::kCorrupt, "{}@{} is not the file of SHA-256 {}", uri_.repo,
                       commit, uri_.sha256);
        }
        std::vector<Download> downloads;
        for (const RepoFile& file : chosen.files) {
            const std::string& etag = file.sha256.empty() ? file.oid : file.sha256;
            Download download;
            download.name = file.path;
            download.target = cache_.BlobPath(etag);
            download.lock = cache_.LockPath(etag);
            download.sha256 = file.sha256;
            download.git_oid = file.sha256.empty() ? file.oid : "";
            download.size = file.size;
            std::string url = fmt::format("{}/{}/resolve/{}/{}", endpoint_, uri_.repo, commit,
                                          PercentEncode(file.path, "/"));
            download.request = [this, url] { return Request(url); };
            download.explain = [this](const HttpResponse& response) { return Explain(response); };
            downloads.push_back(std::move(download));
        }
        auto bytes = DownloadAll(client_, downloads, options_);
        if (!bytes) return At(uri_.repo, std::move(bytes.error()));
        for (const RepoFile& file : chosen.files) {
            ARGOSY_CHECK_OK(
                cache_.Link(commit, file.path, file.sha256.empty() ? file.oid : file.sha256));
        }
        ARGOSY_CHECK_OK(cache_.SetCommit(uri_.revision, commit));
        return Found(commit, chosen, *bytes);
    }

    FetchedModel Found(const std::string& commit, const ChosenFiles& chosen, uint64_t bytes) const {
        FetchedModel model;
        const fs::path snapshot = cache_.SnapshotPath(commit);
        for (const RepoFile& file : chosen.files) model.files.push_back(snapshot / file.path);
        model.path = chosen.is_directory ? snapshot : model.files.front();
        model.revision = commit;
        model.downloaded_bytes = bytes;
        return model;
    }

    Result<FetchedModel> FromCache() const {
        const auto commit = cache_.Commit(uri_.revision);
        const std::vector<RepoFile> files =
            commit ? cache_.Files(*commit) : std::vector<RepoFile>();
        if (files.empty()) {
            return Err(ErrorCode::kNotFound,
                       "{}@{} is not in the cache {} and offline mode is on; fetch it once without "
                       "HF_HUB_OFFLINE",
                       uri_.repo, uri_.revision, HubCacheRoot(options_).string());
        }
        auto chosen = ChooseFiles(files, uri_.selector);
        if (!chosen) return At(uri_.repo + " in the cache", std::move(chosen.error()));
        return Found(*commit, *chosen, 0);
    }

    HttpClient& client_;
    const ModelUri& uri_;
    const FetchOptions& options_;
    HubCache cache_;
    std::string token_;
    std::string endpoint_;
};

}  // namespace

Result<FetchedModel> FetchFromHub(HttpClient& client, const ModelUri& uri,
                                  const FetchOptions& options) {
    return Hub(client, uri, options).Fetch();
}

}  // namespace argosy
