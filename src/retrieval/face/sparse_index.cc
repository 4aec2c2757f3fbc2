#include "retrieval/face/sparse_index.h"

#include <algorithm>
#include <cmath>

namespace argosy::retrieval::face {

namespace {

std::unexpected<Error> Wrong(std::string_view message) {
    return Err(ErrorCode::kInvalidArgument,
               "{}: a sparse vector is {{\"indices\": [7, 3], \"values\": [0.5, 1.0]}}", message);
}

Result<uint32_t> DimensionOf(const json::value& value) {
    if (value.is_int64() && value.get_int64() >= 0 && value.get_int64() <= UINT32_MAX) {
        return static_cast<uint32_t>(value.get_int64());
    }
    return Wrong("an index must be a whole number from 0 to 4294967295");
}

}  // namespace

Result<SparseVector> ParseSparse(const json::value& value) {
    const auto* object = value.if_object();
    const auto* indices = object == nullptr ? nullptr : object->if_contains("indices");
    const auto* values = object == nullptr ? nullptr : object->if_contains("values");
    if (indices == nullptr || values == nullptr || !indices->is_array() || !values->is_array()) {
        return Wrong("no lists \"indices\" and \"values\"");
    }
    const json::array& from = indices->get_array();
    if (from.size() != values->get_array().size()) {
        return Wrong("as many indices as values are needed");
    }
    SparseVector vector;
    for (size_t i = 0; i < from.size(); ++i) {
        ARGOSY_TRY(const uint32_t dimension, DimensionOf(from[i]));
        const json::value& weight = values->get_array()[i];
        const auto number = weight.is_number() ? weight.to_number<float>() : NAN;
        if (!std::isfinite(number)) return Wrong("a value must be a finite number");
        vector.emplace_back(dimension, number);
    }
    std::ranges::sort(vector);
    const auto same = std::ranges::adjacent_find(
        vector, [](const auto& a, const auto& b) { return a.first == b.first; });
    if (same != vector.end()) return Wrong("an index must be there once");
    return vector;
}

json::object ToJson(const SparseVector& vector) {
    json::array indices, values;
    for (const auto& [dimension, value] : vector) {
        indices.emplace_back(dimension);
        values.emplace_back(value);
    }
    return {{"indices", std::move(indices)}, {"values", std::move(values)}};
}

void SparseIndex::Set(const PointId& id, const SparseVector& vector) {
    Remove(id);
    if (vector.empty()) return;
    const auto slot = static_cast<uint32_t>(ids_.size());
    slots_[id] = slot;
    ids_.push_back(id);
    std::vector<uint32_t> used;
    for (const auto& [dimension, value] : vector) {
        Dimension& of = dimensions_[dimension];
        of.postings.push_back({slot, value});
        ++of.live;
        used.push_back(dimension);
    }
    used_.push_back(std::move(used));
}

void SparseIndex::Remove(const PointId& id) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) return;
    const std::vector<uint32_t> used = std::move(used_[found->second]);
    used_[found->second].clear();
    slots_.erase(found);
    for (const uint32_t dimension : used) {
        Dimension& of = dimensions_[dimension];
        --of.live;
        if (of.postings.size() <= 2 * of.live + 16) continue;
        std::erase_if(of.postings, [&](const Posting& p) { return used_[p.slot].empty(); });
    }
}

std::vector<ScoredId> SparseIndex::Search(const SparseVector& question) const {
    std::unordered_map<uint32_t, float> scores;
    const auto all = static_cast<double>(slots_.size());
    for (const auto& [dimension, asked] : question) {
        const auto found = dimensions_.find(dimension);
        if (found == dimensions_.end()) continue;
        const auto with = static_cast<double>(found->second.live);
        const double weight =
            idf_ ? asked * std::log(1 + (all - with + 0.5) / (with + 0.5)) : asked;
        for (const Posting& posting : found->second.postings) {
            if (used_[posting.slot].empty()) continue;
            scores[posting.slot] += static_cast<float>(weight * posting.value);
        }
    }
    std::vector<ScoredId> hits;
    hits.reserve(scores.size());
    for (const auto& [slot, score] : scores) hits.push_back({ids_[slot], score});
    std::ranges::sort(hits, IsBetter);
    return hits;
}

}  // namespace argosy::retrieval::face
