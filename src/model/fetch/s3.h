// Models in S3 and what speaks its API (MinIO, Ceph): signed GETs and ListObjectsV2.
#pragma once

#include "model/fetch/fetch_model.h"
#include "model/fetch/model_uri.h"
#include "net/http_client.h"

namespace argosy {

/// As FetchModel, for a kS3 uri: a key that ends in .gguf is that file (and its split set), another
/// is a prefix whose files are chosen as those of a repository. AWS_ENDPOINT_URL_S3 and
/// AWS_ENDPOINT_URL name another endpoint, addressed by path. Kept in
/// DownloadCacheRoot()/s3/<bucket>/<key>, by ETag.
Result<FetchedModel> FetchFromS3(HttpClient& client, const ModelUri& uri,
                                 const FetchOptions& options);

}  // namespace argosy
