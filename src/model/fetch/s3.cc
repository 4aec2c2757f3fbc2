#include "model/fetch/s3.h"

#include <chrono>

#include "model/fetch/aws_credentials.h"
#include "model/fetch/choose_files.h"
#include "model/fetch/download.h"
#include "model/fetch/hub_cache.h"
#include "model/fetch/sha.h"
#include "net/url.h"

namespace argosy {

namespace fs = std::filesystem;

namespace {

class S3 {
  public:
    S3(HttpClient& client, const ModelUri& uri, const FetchOptions& options)
        : client_(client), uri_(uri), options_(options) {
        for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
            if (endpoint_.empty()) endpoint_ = options.environment(name);
        }
        while (endpoint_.ends_with('/')) endpoint_.pop_back();
        region_ = FindAwsRegion(options.environment);
        folder_ = DownloadCacheRoot(options) / "s3" / uri.bucket;
    }

    Result<FetchedModel> Fetch() {
        if (!IsSafeRelativePath(uri_.key)) {
            return Err(ErrorCode::kInvalidArgument, "s3://{}/{}: the key cannot be a path on disk",
                       uri_.bucket, uri_.key);
        }
        if (IsOffline(options_)) {
            return Err(ErrorCode::kUnavailable,
                       "offline mode is on: s3://{}/{} cannot be read; give the path of its cached "
                       "file below {}",
                       uri_.bucket, uri_.key, folder_.string());
        }
        ARGOSY_TRY(credentials_, FindAwsCredentials(client_, options_));
        ARGOSY_TRY(const std::vector<RepoFile> all, List());
        ARGOSY_TRY(const ChosenFiles chosen, Choose(all));
        return Bring(chosen);
    }

  private:
    /// Path style at another endpoint and for bucket names with dots (no certificate fits them).
    std::string UrlOf(std::string_view key, std::string_view query = {}) const {
        std::string url;
        if (!endpoint_.empty()) {
            url = endpoint_ + "/" + uri_.bucket;
        } else if (uri_.bucket.find('.') != std::string::npos) {
            url = fmt::format("https://s3.{}.amazonaws.com/{}", region_, uri_.bucket);
        } else {
            url = fmt::format("https://{}.s3.{}.amazonaws.com", uri_.bucket, region_);
        }
        url += "/" + PercentEncode(key, "/");
        if (key.empty()) url.pop_back();
        if (!query.empty()) url += "?" + std::string(query);
        return url;
    }

    Result<HttpRequest> Request(std::string url_text) const {
        HttpRequest request;
        request.url = std::move(url_text);
        request.idle_timeout = options_.idle_timeout;
        request.max_redirects = 0;  // a signature holds for one host
        if (credentials_.empty()) return request;
        ARGOSY_TRY(const Url url, ParseUrl(request.url));
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        SignAws(credentials_,
                {region_, "s3", std::chrono::duration_cast<std::chrono::seconds>(now).count()},
                "GET", url, "", request.headers);
        return request;
    }

    Error Explain(const HttpResponse& response) const {
        const std::string code = XmlText(response.body, "Code");
        const std::string detail =
            fmt::format("s3://{}/{}: {} {}: {}", uri_.bucket, uri_.key, response.status, code,
                        XmlText(response.body, "Message"));
        if (response.status == 404) return {ErrorCode::kNotFound, detail, {}};
        if (response.status == 403 && credentials_.empty()) {
            return {ErrorCode::kUnauthenticated,
                    detail +
                        "; no AWS credentials were found: set AWS_ACCESS_KEY_ID and "
                        "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
                    {}};
        }
        if (response.status == 403) {
            return {ErrorCode::kPermissionDenied,
                    detail + "; the credentials need s3:GetObject and s3:ListBucket here",
                    {}};
        }
        return {ErrorCode::kUnavailable, detail, {}};
    }

    /// One page of the listing; follows a bucket to its own region once.
    Result<HttpResponse> ListPage(const std::string& query) {
        for (bool moved = false;; moved = true) {
            ARGOSY_TRY(
                HttpResponse response,
                FetchWithRetry(client_, [&] { return Request(UrlOf("", query)); }, options_));
            if (response.ok()) return response;
            const std::string_view region = response.headers.Get("x-amz-bucket-region");
            if (moved || region.empty() || region == region_) {
                return std::unexpected(Explain(response));
            }
            region_ = region;
        }
    }

    Result<std::vector<RepoFile>> List() {
        std::vector<RepoFile> files;
        std::string token;
        const bool one_file = uri_.key.ends_with(".gguf");
        // Of a split set, the other parts have the same beginning.
        const std::string prefix =
            one_file ? uri_.key.substr(0, uri_.key.rfind('/') + 1) : uri_.key + "/";
        for (int page = 0; page < 1000; ++page) {
            std::string query = "list-type=2&prefix=" + PercentEncode(prefix);
            if (!token.empty()) query += "&continuation-token=" + PercentEncode(token);
            ARGOSY_TRY(const HttpResponse response, ListPage(query));
            for (size_t at = 0; at != std::string::npos;) {
                const size_t start = response.body.find("<Contents>", at);
                const size_t end = response.body.find("</Contents>", start);
                if (start == std::string::npos || end == std::string::npos) break;
                at = end;
                const std::string item = response.body.substr(start, end - start);
                const std::string key = XmlText(item, "Key");
                if (!key.starts_with(prefix)) continue;
                const std::string path = key.substr(prefix.size());
                if (!IsSafeRelativePath(path)) continue;  // a "folder" object, or hostile
                files.push_back({path, std::strtoull(XmlText(item, "Size").c_str(), nullptr, 10),
                                 XmlText(item, "ETag")});
            }
            token = XmlText(response.body, "NextContinuationToken");
            if (token.empty()) break;
        }
        prefix_ = prefix;
        return files;
    }

    Result<ChosenFiles> Choose(const std::vector<RepoFile>& all) const {
        const std::string place = fmt::format("s3://{}/{}", uri_.bucket, uri_.key);
        std::string selector = uri_.selector;
        if (uri_.key.ends_with(".gguf")) selector = uri_.key.substr(prefix_.size());
        auto chosen = ChooseFiles(all, selector);
        if (!chosen) return At(place, std::move(chosen.error()));
        if (!uri_.sha256.empty() && chosen->files.size() != 1) {
            return Err(ErrorCode::kInvalidArgument, "{}: one sha256 for {} files", place,
                       chosen->files.size());
        }
        return chosen;
    }

    Result<FetchedModel> Bring(const ChosenFiles& chosen) {
        std::vector<Download> downloads;
        FetchedModel model;
        // Another version of the objects gets another folder: nothing cached is ever overwritten.
        std::string versions;
        for (const RepoFile& file : chosen.files) versions += file.path + " " + file.oid + "\n";
        const fs::path folder = folder_ / prefix_ / Sha256Hex(versions + endpoint_).substr(0, 16);
        for (const RepoFile& file : chosen.files) {
            Download download;
            download.name = file.path;
            download.target = folder / file.path;
            download.lock = download.target.string() + ".lock";
            download.size = file.size;
            download.sha256 = uri_.sha256;
            const std::string url = UrlOf(prefix_ + file.path);
            download.request = [this, url] { return Request(url); };
            download.explain = [this](const HttpResponse& response) { return Explain(response); };
            model.files.push_back(download.target);
            downloads.push_back(std::move(download));
        }
        auto bytes = DownloadAll(client_, downloads, options_);
        if (!bytes) return At("s3://" + uri_.bucket, std::move(bytes.error()));
        model.path = chosen.is_directory ? folder : model.files.front();
        model.downloaded_bytes = *bytes;
        return model;
    }

    HttpClient& client_;
    const ModelUri& uri_;
    const FetchOptions& options_;
    AwsCredentials credentials_;
    std::string endpoint_;
    std::string region_;
    std::string prefix_;
    fs::path folder_;
};

}  // namespace

Result<FetchedModel> FetchFromS3(HttpClient& client, const ModelUri& uri,
                                 const FetchOptions& options) {
    return S3(client, uri, options).Fetch();
}

}  // namespace argosy
