#include "model/fetch/fetch_model.h"

#include "base/mapped_file.h"
#include "model/fetch/choose_files.h"
#include "model/fetch/download.h"
#include "model/fetch/hub.h"
#include "model/fetch/hub_cache.h"
#include "model/fetch/model_uri.h"
#include "model/fetch/s3.h"
#include "model/fetch/sha.h"
#include "net/url.h"

namespace argosy {

namespace fs = std::filesystem;

namespace {

std::string Lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
}

Result<void> CheckFile(const fs::path& path, const std::string& sha256) {
    ARGOSY_TRY(const MappedFile file, MappedFile::Open(path));
    const std::string got =
        Sha256Hex({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
    if (got == sha256) return {};
    return Err(ErrorCode::kCorrupt, "the SHA-256 of {} is {}, expected {}", path.string(), got,
               sha256);
}

Result<FetchedModel> FromFile(const ModelUri& uri) {
    std::error_code error;
    const fs::path path = uri.path;
    if (!fs::exists(path, error)) {
        return Err(ErrorCode::kNotFound, "there is no file or folder {}", path.string());
    }
    FetchedModel model;
    model.path = path;
    if (fs::is_directory(path, error)) {
        for (fs::directory_iterator it(path, error), end; !error && it != end;
             it.increment(error)) {
            if (it->is_regular_file(error)) model.files.push_back(it->path());
        }
        return model;
    }
    for (const std::string& name : SplitNames(path.filename().string())) {
        model.files.push_back(path.parent_path() / name);
        if (!fs::exists(model.files.back(), error)) {
            return Err(ErrorCode::kNotFound, "the split model misses its part {}",
                       model.files.back().string());
        }
    }
    model.path = model.files.front();
    if (!uri.sha256.empty()) ARGOSY_CHECK_OK(CheckFile(model.path, uri.sha256));
    return model;
}

Error ExplainHttp(const std::string& place, const HttpResponse& response) {
    ErrorCode code = ErrorCode::kUnavailable;
    std::string hint;
    if (response.status == 404 || response.status == 410) code = ErrorCode::kNotFound;
    if (response.status == 401) {
        code = ErrorCode::kUnauthenticated;
        hint = "; write https://user:password@host/... or a signed URL";
    }
    if (response.status == 403) code = ErrorCode::kPermissionDenied;
    return {code, fmt::format("{} answered {}{}", place, response.status, hint), {}};
}

/// A web server: the file, and the other parts of its split set beside it. Kept by URL: a file that
/// changes under the same URL is not fetched again, which a sha256 in the uri makes visible.
Result<FetchedModel> FromHttp(HttpClient& client, const ModelUri& uri,
                              const FetchOptions& options) {
    ARGOSY_TRY(const Url url, ParseUrl(uri.url));
    const size_t slash = url.path.rfind('/');
    ARGOSY_TRY(const std::string name, PercentDecode(url.path.substr(slash + 1)));
    if (!IsSafeRelativePath(name) || name.find('/') != std::string::npos) {
        return Err(ErrorCode::kInvalidArgument, "{} names no file", url.Authority() + url.path);
    }
    const std::vector<std::string> names = SplitNames(name);
    const std::string& sha256 = uri.sha256;
    if (!sha256.empty() && names.size() > 1) {
        return Err(ErrorCode::kInvalidArgument, "one sha256 was given for a model of {} files",
                   names.size());
    }
    Url folder_url = url;
    folder_url.path = url.path.substr(0, slash + 1);
    const fs::path folder = DownloadCacheRoot(options) / "http" / url.host /
                            Sha256Hex(folder_url.ToString() + sha256).substr(0, 16);
    std::vector<Download> downloads;
    FetchedModel model;
    for (const std::string& part : names) {
        Download download;
        download.name = part;
        download.target = folder / part;
        download.lock = download.target.string() + ".lock";
        download.sha256 = sha256;
        Url part_url = folder_url;
        part_url.path += PercentEncode(part);
        download.request = [text = part_url.ToString(true)]() -> Result<HttpRequest> {
            HttpRequest request;
            request.url = text;
            return request;
        };
        download.explain = [place = url.Authority() + part_url.path](const HttpResponse& response) {
            return ExplainHttp(place, response);
        };
        model.files.push_back(download.target);
        std::error_code error;
        if (IsOffline(options) && !fs::exists(download.target, error)) {
            return Err(ErrorCode::kNotFound, "offline mode is on and {} is not in the cache",
                       part_url.Authority() + part_url.path);
        }
        downloads.push_back(std::move(download));
    }
    ARGOSY_TRY(model.downloaded_bytes, DownloadAll(client, downloads, options));
    model.path = model.files.front();
    return model;
}

}  // namespace

Result<FetchedModel> FetchModel(std::string_view text, const FetchOptions& options) {
    ARGOSY_TRY(ModelUri uri, ParseModelUri(text));
    if (!options.sha256.empty() && !IsSha256Hex(options.sha256)) {
        return Err(ErrorCode::kInvalidArgument, "the sha256 '{}' is not 64 hex digits",
                   options.sha256);
    }
    if (uri.sha256.empty()) uri.sha256 = Lower(options.sha256);
    if (uri.kind == ModelUri::Kind::kFile) return FromFile(uri);
    ClientOptions client_options;
    client_options.threads = std::max(1u, options.parallel);
    client_options.ca_file = options.ca_file;
    client_options.verify_tls = options.verify_tls;
    HttpClient client(client_options);
    if (uri.kind == ModelUri::Kind::kHub) return FetchFromHub(client, uri, options);
    if (uri.kind == ModelUri::Kind::kS3) return FetchFromS3(client, uri, options);
    return FromHttp(client, uri, options);
}

}  // namespace argosy
