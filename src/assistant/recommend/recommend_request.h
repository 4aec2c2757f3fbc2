// Recommendations as JSON. Pure.
#pragma once

#include "assistant/recommend/recommend.h"
#include "serve/api_error.h"

namespace argosy::assistant::internal {

/// {"profile": {"budget", "categories", "likes", "dislikes", "owned"}, "viewed": [{"id",
/// "metadata"}], "limit"}.
serve::ApiResult<RecommendRequest> ParseRecommend(const json::object& body);
/// {"object": "list", "data": [{"id", "title", "source", "score", "reasons", "metadata"}]}.
json::object RecommendationsJson(const std::vector<Recommendation>& found);

}  // namespace argosy::assistant::internal
