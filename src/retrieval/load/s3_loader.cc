#include "retrieval/load/s3_loader.h"

#include <utility>

#include "model/fetch/s3_bucket.h"
#include "net/url.h"
#include "retrieval/load/download_file.h"
#include "retrieval/load/file_loader.h"
#include "retrieval/load/glob.h"

namespace argosy::retrieval {

namespace {

struct Place {
    std::string bucket, key;
};

Result<Place> ParsePlace(const std::string& uri) {
    const std::string rest = uri.substr(std::string_view("s3://").size());
    const size_t slash = std::min(rest.find('/'), rest.size());
    Place place{rest.substr(0, slash), rest.substr(std::min(slash + 1, rest.size()))};
    if (place.bucket.empty()) {
        return Err(ErrorCode::kInvalidArgument, "names no bucket; write s3://bucket/key");
    }
    return place;
}

class S3Loader {
  public:
    S3Loader(HttpClient& client, S3Bucket bucket, Place place, LoadSession& session)
        : client_(client),
          bucket_(std::move(bucket)),
          place_(std::move(place)),
          session_(session) {}

    void Load() {
        const std::string prefix = IsGlob(place_.key) ? GlobRoot(place_.key) : place_.key;
        const auto listed = bucket_.List(prefix, [this](S3Object object) {
            if (Wanted(object.key)) Object(object.key);
            return !session_.cancelled();
        });
        if (!listed) session_.Problem(Uri(place_.key), 0, listed.error().ToString());
        if (listed && seen_ == 0) session_.Problem(Uri(place_.key), 0, "no such object");
    }

  private:
    std::string Uri(const std::string& key) const { return "s3://" + place_.bucket + "/" + key; }

    bool Wanted(const std::string& key) const {
        const std::string& asked = place_.key;
        if (key.ends_with('/')) return false;  // a "folder" object
        if (IsGlob(asked)) return MatchesGlob(asked, key);
        const bool below = asked.empty() || asked.ends_with('/');
        return below || key == asked || key.starts_with(asked + "/");
    }

    void Object(const std::string& key) {
        ++seen_;
        const auto kind = session_.options().kind ? session_.options().kind : KindOfName(key);
        if (!kind) {
            return session_.Note(Uri(key), 0, "of a kind that is not read, by its name");
        }
        auto got = Get(key);
        if (!got) return session_.Problem(Uri(key), 0, got.error().ToString());
        LoadFile(got->file.path(), Uri(key), *kind, session_);
    }

    Result<Downloaded> Get(const std::string& key) {
        ARGOSY_TRY(HttpRequest request, bucket_.Request(bucket_.UrlOf(key)));
        ARGOSY_TRY(Downloaded got,
                   DownloadToFile(client_, std::move(request), session_.options().max_file_bytes));
        if (!got.head.ok()) return std::unexpected(bucket_.Explain(key, got.head));
        return got;
    }

    HttpClient& client_;
    S3Bucket bucket_;
    Place place_;
    LoadSession& session_;
    size_t seen_ = 0;
};

}  // namespace

void LoadS3(const std::string& uri, LoadSession& session) {
    auto place = ParsePlace(uri);
    if (!place) return session.Problem(uri, 0, place.error().message);
    FetchOptions options;
    options.environment = session.options().environment;
    HttpClient client;
    auto bucket = S3Bucket::Open(client, place->bucket, options);
    if (!bucket) return session.Problem(uri, 0, bucket.error().ToString());
    S3Loader(client, std::move(*bucket), std::move(*place), session).Load();
}

}  // namespace argosy::retrieval
