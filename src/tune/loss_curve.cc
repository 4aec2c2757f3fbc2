#include "tune/loss_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "base/json.h"

namespace argosy::tune {

namespace {

constexpr size_t kColumns = 40;

std::vector<lifecycle::LossPoint> Points(const std::map<int64_t, double>& losses) {
    std::vector<lifecycle::LossPoint> points;
    points.reserve(losses.size());
    for (const auto& [step, loss] : losses) points.push_back({static_cast<double>(step), loss});
    return points;
}

// Means of as many parts of about equal length.
std::vector<double> Columns(const std::vector<double>& losses) {
    std::vector<double> columns;
    const size_t count = std::min(kColumns, losses.size());
    for (size_t i = 0; i < count; ++i) {
        const auto begin = losses.begin() + static_cast<ptrdiff_t>(i * losses.size() / count);
        const auto end = losses.begin() + static_cast<ptrdiff_t>((i + 1) * losses.size() / count);
        columns.push_back(std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin));
    }
    return columns;
}

}  // namespace

LossCurve LossCurve::FromLog(const std::filesystem::path& log) {
    LossCurve curve;
    std::ifstream in(log);
    for (std::string text; std::getline(in, text);) {
        const auto line = ParseJson(text);
        const json::object* object = line ? line->if_object() : nullptr;
        const json::value* step = object != nullptr ? object->if_contains("step") : nullptr;
        const json::value* metrics = object != nullptr ? object->if_contains("metrics") : nullptr;
        if (step == nullptr || !step->is_number() || metrics == nullptr || !metrics->is_object()) {
            continue;
        }
        for (const auto& [key, value] : metrics->get_object()) {
            if (!value.is_number()) continue;
            const auto at = step->to_number<int64_t>();
            if (key == "train/loss") curve.AddTrain(at, value.to_number<double>());
            if (key == "eval/loss") curve.AddEvaluation(at, value.to_number<double>());
        }
    }
    return curve;
}

lifecycle::LossPlot LossCurve::Plot(const std::string& title) const {
    return {title, Points(train_), Points(evaluation_)};
}

std::string LossCurve::Sparkline() const {
    static constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::vector<double> losses;
    for (const auto& [step, loss] : train_) {
        if (std::isfinite(loss)) losses.push_back(loss);
    }
    if (losses.empty()) return {};
    const std::vector<double> columns = Columns(losses);
    const auto [low, high] = std::ranges::minmax(columns);
    std::string line;
    for (const double column : columns) {
        const double height = high > low ? (column - low) / (high - low) : 0;
        line += kBars[static_cast<size_t>(std::lround(height * 7))];
    }
    return fmt::format("{} {:.4f} -> {:.4f}", line, losses.front(), losses.back());
}

}  // namespace argosy::tune
