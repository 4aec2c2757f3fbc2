#include "assistant/recommend/recommend_request.h"

#include "serve/fields.h"

namespace argosy::assistant::internal {

namespace {

using serve::Fields;

void ReadProfile(const json::object& object, Fields& outer, ShopperProfile& profile) {
    Fields fields(object, "profile.");
    if (fields.Find("budget")) {
        float budget = 0;
        fields.Read("budget", budget);
        profile.budget = budget;
    }
    fields.ReadTexts("categories", profile.categories);
    fields.ReadTexts("likes", profile.likes);
    fields.ReadTexts("dislikes", profile.dislikes);
    fields.ReadTexts("owned", profile.owned);
    if (!fields.ok()) outer.Fail("profile", fields.error()->message);
}

void ReadViewed(const json::array& array, Fields& outer, std::vector<ViewedProduct>& viewed) {
    for (const json::value& value : array) {
        const json::object* object = value.if_object();
        const json::value* id = object ? object->if_contains("id") : nullptr;
        if (id == nullptr || !id->is_string()) {
            return outer.Fail("viewed", "expected objects with an \"id\"");
        }
        ViewedProduct product{std::string(id->as_string()), {}};
        const json::value* metadata = object->if_contains("metadata");
        if (metadata != nullptr && metadata->is_object()) product.metadata = metadata->as_object();
        viewed.push_back(std::move(product));
    }
}

}  // namespace

serve::ApiResult<RecommendRequest> ParseRecommend(const json::object& body) {
    constexpr int32_t kMost = 50;
    RecommendRequest request;
    Fields fields(body);
    if (const json::object* profile = fields.Object("profile")) {
        ReadProfile(*profile, fields, request.profile);
    }
    if (const json::array* viewed = fields.Array("viewed")) {
        ReadViewed(*viewed, fields, request.viewed);
    }
    int32_t limit = static_cast<int32_t>(request.limit);
    fields.Read("limit", limit);
    if (limit < 1 || limit > kMost) fields.Fail("limit", fmt::format("must be 1 to {}", kMost));
    request.limit = static_cast<size_t>(limit);
    if (!fields.ok()) return std::unexpected(*fields.error());
    return request;
}

json::object RecommendationsJson(const std::vector<Recommendation>& found) {
    json::array data;
    for (const Recommendation& one : found) {
        data.push_back({{"id", one.product.id},
                        {"title", one.product.title},
                        {"source", one.product.source},
                        {"score", one.score},
                        {"reasons", json::value_from(one.reasons)},
                        {"metadata", one.product.metadata}});
    }
    return {{"object", "list"}, {"data", std::move(data)}};
}

}  // namespace argosy::assistant::internal
