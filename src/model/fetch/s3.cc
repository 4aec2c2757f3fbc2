#include "model/fetch/s3.h"

#include "model/fetch/choose_files.h"
#include "model/fetch/download.h"
#include "model/fetch/hub_cache.h"
#include "model/fetch/s3_bucket.h"
#include "model/fetch/sha.h"

namespace argosy {

namespace fs = std::filesystem;

namespace {

class S3Model {
  public:
    S3Model(S3Bucket bucket, HttpClient& client, const ModelUri& uri, const FetchOptions& options)
        : bucket_(std::move(bucket)), client_(client), uri_(uri), options_(options) {}

    Result<FetchedModel> Fetch() {
        ARGOSY_TRY(const std::vector<RepoFile> all, List());
        ARGOSY_TRY(const ChosenFiles chosen, Choose(all));
        return Bring(chosen);
    }

  private:
    Result<std::vector<RepoFile>> List() {
        const bool one_file = uri_.key.ends_with(".gguf");
        // Of a split set, the other parts have the same beginning.
        prefix_ = one_file ? uri_.key.substr(0, uri_.key.rfind('/') + 1) : uri_.key + "/";
        std::vector<RepoFile> files;
        ARGOSY_CHECK_OK(bucket_.List(prefix_, [&](S3Object object) {
            std::string path = object.key.substr(prefix_.size());
            // Others are "folder" objects, or hostile.
            if (IsSafeRelativePath(path)) {
                files.push_back({std::move(path), object.size, std::move(object.etag)});
            }
            return true;
        }));
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
        const fs::path folder = DownloadCacheRoot(options_) / "s3" / uri_.bucket / prefix_ /
                                Sha256Hex(versions + bucket_.endpoint()).substr(0, 16);
        for (const RepoFile& file : chosen.files) {
            Download download;
            download.name = file.path;
            download.target = folder / file.path;
            download.lock = download.target.string() + ".lock";
            download.size = file.size;
            download.sha256 = uri_.sha256;
            const std::string url = bucket_.UrlOf(prefix_ + file.path);
            download.request = [this, url] { return bucket_.Request(url); };
            download.explain = [this](const HttpResponse& response) {
                return bucket_.Explain(uri_.key, response);
            };
            model.files.push_back(download.target);
            downloads.push_back(std::move(download));
        }
        auto bytes = DownloadAll(client_, downloads, options_);
        if (!bytes) return At("s3://" + uri_.bucket, std::move(bytes.error()));
        model.path = chosen.is_directory ? folder : model.files.front();
        model.downloaded_bytes = *bytes;
        return model;
    }

    S3Bucket bucket_;
    HttpClient& client_;
    const ModelUri& uri_;
    const FetchOptions& options_;
    std::string prefix_;
};

}  // namespace

Result<FetchedModel> FetchFromS3(HttpClient& client, const ModelUri& uri,
                                 const FetchOptions& options) {
    if (!IsSafeRelativePath(uri.key)) {
        return Err(ErrorCode::kInvalidArgument, "s3://{}/{}: the key cannot be a path on disk",
                   uri.bucket, uri.key);
    }
    if (IsOffline(options)) {
        return Err(ErrorCode::kUnavailable,
                   "offline mode is on: s3://{}/{} cannot be read; give the path of its cached "
                   "file below {}",
                   uri.bucket, uri.key, (DownloadCacheRoot(options) / "s3" / uri.bucket).string());
    }
    ARGOSY_TRY(S3Bucket bucket, S3Bucket::Open(client, uri.bucket, options));
    return S3Model(std::move(bucket), client, uri, options).Fetch();
}

}  // namespace argosy
