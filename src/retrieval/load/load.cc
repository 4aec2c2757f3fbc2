#include "retrieval/load/load.h"

#include "net/url.h"
#include "retrieval/load/file_loader.h"
#include "retrieval/load/load_session.h"
#include "retrieval/load/s3_loader.h"
#include "retrieval/load/url_loader.h"

namespace argosy::retrieval {

namespace {

void Load(const std::string& source, LoadSession& session) {
    if (source.starts_with("http://") || source.starts_with("https://")) {
        return LoadUrl(source, session);
    }
    if (source.starts_with("s3://")) return LoadS3(source, session);
    if (!source.starts_with("file://")) return LoadPath(source, session);
    const auto path = PercentDecode(source.substr(std::string_view("file://").size()));
    if (!path) return session.Problem(source, 0, path.error().message);
    LoadPath(*path, session);
}

}  // namespace

LoadReport LoadDocuments(const std::string& source, const LoadOptions& options,
                         const DocumentSink& sink) {
    LoadSession session(options, sink);
    Load(source, session);
    return session.TakeReport();
}

}  // namespace argosy::retrieval
