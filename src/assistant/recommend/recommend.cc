#include "assistant/recommend/recommend.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "assistant/chain/words.h"

namespace argosy::assistant {

namespace {

// Weights of what a score is made of: a like that is met counts most.
constexpr double kLike = 1.0;
constexpr double kViewed = 0.5;  // each attribute shared with the product viewed last
constexpr double kRating = 0.1;  // a star
constexpr double kOrder = 0.5;   // from the first found to the last

std::string Text(const json::object& metadata, const std::string& name) {
    const json::value* value = metadata.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

std::optional<double> Number(const json::object& metadata, const std::string& name) {
    const std::string text = Text(metadata, name);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

bool Same(const std::string& a, const std::string& b) {
    return NormalizeWords(a) == NormalizeWords(b);
}

// Whether a product has a value: one of its columns is it, or its title or text holds the words.
bool Has(const Passage& product, const std::string& wanted) {
    const std::string words = NormalizeWords(wanted);
    for (const auto& [name, value] : product.metadata) {
        if (value.is_string() && NormalizeWords(std::string(value.as_string())) == words) {
            return true;
        }
    }
    // "not waterproof" in a column must not count as "waterproof" in the text.
    const std::string text = NormalizeWords(product.title + " " + product.text);
    return HasPhrase(text, words) && !HasPhrase(text, "not " + words);
}

std::string Dollars(double amount) {
    const bool whole = std::abs(amount - std::round(amount)) < 0.005;
    return whole ? fmt::format("${:.0f}", amount) : fmt::format("${:.2f}", amount);
}

class Ranker {
  public:
    explicit Ranker(const RecommendRequest& request) : request_(request) {}

    bool Fits(const Passage& product) const {
        const ShopperProfile& profile = request_.profile;
        if (std::ranges::find(profile.owned, product.id) != profile.owned.end()) return false;
        const auto has = [&](const std::string& value) { return Has(product, value); };
        if (std::ranges::any_of(profile.dislikes, has)) return false;
        const auto stock = Number(product.metadata, request_.fields.stock);
        if (stock && *stock <= 0) return false;
        const auto price = Price(product);
        if (profile.budget && price && *price > *profile.budget) return false;
        const std::string category = Text(product.metadata, request_.fields.category);
        return profile.categories.empty() ||
               std::ranges::any_of(profile.categories,
                                   [&](const auto& wanted) { return Same(wanted, category); });
    }

    /// `order`: 1 for the first found, towards 0 for the last.
    Recommendation Judge(const Passage& product, double order) const {
        Recommendation out{product, kOrder * order, {}};
        AddLikes(out);
        AddPrice(out);
        AddViewed(out);
        AddRating(out);
        if (out.reasons.empty()) out.reasons.emplace_back("it fits what you look for");
        return out;
    }

  private:
    std::optional<double> Price(const Passage& product) const {
        auto price = Number(product.metadata, request_.fields.price);
        if (price) *price *= request_.fields.price_unit;
        return price;
    }

    void AddLikes(Recommendation& out) const {
        std::vector<std::string> met;
        for (const std::string& like : request_.profile.likes) {
            if (Has(out.product, like)) met.push_back(like);
        }
        out.score += kLike * static_cast<double>(met.size());
        if (!met.empty()) {
            out.reasons.push_back(fmt::format("{}, as you like", fmt::join(met, " and ")));
        }
    }

    void AddPrice(Recommendation& out) const {
        const auto price = Price(out.product);
        if (!price || !request_.profile.budget) return;
        out.reasons.push_back(
            fmt::format("{}, within your {}", Dollars(*price), Dollars(*request_.profile.budget)));
    }

    // Attributes in words that it shares with what was viewed; the last one counts most.
    void AddViewed(Recommendation& out) const {
        double weight = kViewed;
        for (size_t i = request_.viewed.size(); i-- > 0; weight /= 2) {
            const ViewedProduct& viewed = request_.viewed[i];
            if (viewed.id == out.product.id) continue;
            std::vector<std::string> shared;
            for (const auto& [name, value] : viewed.metadata) {
                const std::string text = Text(viewed.metadata, std::string(name));
                const bool words = value.is_string() && !Number(viewed.metadata, std::string(name));
                if (words && !text.empty() &&
                    Text(out.product.metadata, std::string(name)) == text) {
                    shared.push_back(text);
                }
            }
            out.score += weight * static_cast<double>(shared.size());
            if (i + 1 == request_.viewed.size() && !shared.empty()) {
                out.reasons.push_back(
                    fmt::format("{}, as what you looked at last", fmt::join(shared, ", ")));
            }
        }
    }

    void AddRating(Recommendation& out) const {
        const auto rating = Number(out.product.metadata, request_.fields.rating);
        if (!rating) return;
        const double stars = *rating * request_.fields.rating_unit;
        out.score += kRating * stars;
        if (stars >= 4.5) out.reasons.push_back(fmt::format("rated {:.1f} stars", stars));
    }

    const RecommendRequest& request_;
};

}  // namespace

std::vector<Recommendation> RankProducts(const RecommendRequest& request,
                                         const std::vector<Passage>& found) {
    const Ranker ranker(request);
    std::vector<Recommendation> out;
    std::set<std::string> seen;
    for (size_t i = 0; i < found.size(); ++i) {
        if (!ranker.Fits(found[i]) || !seen.insert(found[i].id).second) continue;
        const double order = 1.0 - static_cast<double>(i) / static_cast<double>(found.size());
        out.push_back(ranker.Judge(found[i], order));
    }
    // Equal scores by id, so that the same question has the same answer.
    std::ranges::sort(out, [](const Recommendation& a, const Recommendation& b) {
        return a.score != b.score ? a.score > b.score : a.product.id < b.product.id;
    });
    if (out.size() > request.limit) out.resize(request.limit);
    return out;
}

std::string QueryFor(const RecommendRequest& request) {
    const ShopperProfile& profile = request.profile;
    std::string query = fmt::format("{}", fmt::join(profile.likes, " "));
    for (const std::string& category : profile.categories) {
        query += (query.empty() ? "" : " ") + category;
    }
    if (query.empty() && !request.viewed.empty()) {
        const json::object& last = request.viewed.back().metadata;
        query = Text(last, request.fields.category);
    }
    if (profile.budget) query += " under " + Dollars(*profile.budget);
    return query;
}

Result<std::vector<Recommendation>> RecommendFrom(const Searcher& searcher,
                                                  const RecommendRequest& request) {
    constexpr size_t kLookAt = 10;  // for each one wanted: some will not fit
    const size_t most = std::min<size_t>(request.limit * kLookAt, 200);
    std::vector<std::vector<std::string>> turns;
    for (const std::string& category : request.profile.categories) turns.push_back({category});
    if (turns.empty()) turns.push_back({});
    std::vector<Passage> found;
    for (auto& categories : turns) {
        RecommendRequest one = request;
        one.profile.categories = std::move(categories);
        ARGOSY_TRY(Passages some, searcher.Search(QueryFor(one), most));
        std::ranges::move(some.list, std::back_inserter(found));
    }
    return RankProducts(request, found);
}

}  // namespace argosy::assistant
