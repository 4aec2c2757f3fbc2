// The Hugging Face Hub: lists a repository, downloads what makes up a model into the Hub's cache.
#pragma once

#include "model/fetch/fetch_model.h"
#include "model/fetch/model_uri.h"
#include "net/http_client.h"

namespace argosy {

/// As FetchModel, for a kHub uri. Where the Hub cannot be reached and the cache holds the model,
/// that is given with a warning.
Result<FetchedModel> FetchFromHub(HttpClient& client, const ModelUri& uri,
                                  const FetchOptions& options);

}  // namespace argosy
