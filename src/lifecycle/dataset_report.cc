#include "lifecycle/dataset_report.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace argosy::lifecycle {

namespace {

json::object ToJson(const LengthFigures& figures) {
    return {
        {"p50", figures.p50}, {"p95", figures.p95}, {"max", figures.max}, {"total", figures.total}};
}

json::object ToJson(const Places& places) {
    return {{"count", places.count}, {"first", json::value_from(places.first)}};
}

std::string Line(std::string_view what, const Places& places) {
    if (places.count == 0) return {};
    const size_t shown = std::min<size_t>(places.first.size(), 5);
    return fmt::format(
        "  {:<22}{:>7}  {}{}\n", what, places.count,
        fmt::join(places.first.begin(), places.first.begin() + static_cast<ptrdiff_t>(shown), ", "),
        places.count > shown ? ", ..." : "");
}

std::string Line(std::string_view what, const LengthFigures& figures) {
    if (figures.total == 0) return {};  // pairs have no tokens in the loss
    return fmt::format("  {:<22}{:>7}  p50 {}, p95 {}, max {}\n", what, figures.total, figures.p50,
                       figures.p95, figures.max);
}

}  // namespace

void Places::Add(const std::string& place) {
    ++count;
    if (first.size() < kMaxPlaces) first.push_back(place);
}

// By nearest rank.
LengthFigures LengthFigures::Of(std::vector<size_t> lengths) {
    LengthFigures out;
    if (lengths.empty()) return out;
    std::ranges::sort(lengths);
    const auto rank = [&lengths](size_t percent) {
        return lengths[(lengths.size() * percent + 99) / 100 - 1];
    };
    out.p50 = rank(50);
    out.p95 = rank(95);
    out.max = lengths.back();
    for (const size_t length : lengths) out.total += length;
    return out;
}

json::object DatasetReport::ToJson() const {
    using lifecycle::ToJson;
    json::object forms, personal;
    for (const auto& [kind, rows] : kinds) forms[kind] = rows;
    for (const auto& [kind, places] : pii) {
        personal[ToString(kind)] = lifecycle::ToJson(places);
    }
    return {{"rows", {{"train", train_rows}, {"eval", eval_rows}}},
            {"forms", forms},
            {"sequences", sequences},
            {"tokens", lifecycle::ToJson(tokens)},
            {"loss_tokens", lifecycle::ToJson(loss_tokens)},
            {"max_tokens", max_tokens},
            {"over_long", lifecycle::ToJson(over_long)},
            {"duplicates", lifecycle::ToJson(duplicates)},
            {"near_duplicates", lifecycle::ToJson(near_duplicates)},
            {"eval_rows_in_train", lifecycle::ToJson(leaked)},
            {"empty_answers", lifecycle::ToJson(empty_answers)},
            {"split_by_template", lifecycle::ToJson(split)},
            {"inexact_edges", lifecycle::ToJson(inexact)},
            {"without_end_token", lifecycle::ToJson(unending)},
            {"pii", personal}};
}

std::string DatasetReport::ToText() const {
    std::string text = fmt::format("{} rows to train on, {} to evaluate\n", train_rows, eval_rows);
    for (const auto& [kind, rows] : kinds) text += fmt::format("  {:<22}{:>7}\n", kind, rows);
    text += Line("tokens", tokens) + Line("tokens in the loss", loss_tokens);
    text += Line(fmt::format("over {} tokens", max_tokens), over_long);
    text += Line("duplicates", duplicates) + Line("near duplicates", near_duplicates);
    text += Line("eval rows in train", leaked) + Line("empty answers", empty_answers);
    text += Line("split by the template", split) + Line("edges within a token", inexact);
    text += Line("without an end token", unending);
    for (const auto& [kind, places] : pii) {
        text += Line(fmt::format("personal: {}", ToString(kind)), places);
    }
    return text;
}

}  // namespace argosy::lifecycle
