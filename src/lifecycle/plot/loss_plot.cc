#include "lifecycle/plot/loss_plot.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "lifecycle/plot/bitmap_font.h"
#include "lifecycle/plot/raster.h"
#include "lifecycle/plot/ticks.h"

namespace argosy::lifecycle {

namespace {

constexpr int kWidth = 1200, kHeight = 680;
constexpr int kLeft = 110, kRight = 40, kTop = 84, kBottom = 84;
constexpr int kText = 2, kTitle = 3;  // pixels of a font's pixel
constexpr Colour kPaper{255, 255, 255}, kInk{38, 43, 51}, kSoftInk{105, 113, 125};
constexpr Colour kGrid{232, 235, 239}, kAxis{150, 157, 168};
constexpr Colour kTrainRaw{184, 210, 238}, kTrain{31, 105, 184}, kEval{222, 110, 22};

std::vector<LossPoint> Finite(const std::vector<LossPoint>& points) {
    std::vector<LossPoint> out;
    for (const LossPoint& point : points) {
        if (std::isfinite(point.step) && std::isfinite(point.loss)) out.push_back(point);
    }
    return out;
}

// The mean over a window around each point, a twentieth of the curve wide, so that a curve that
// falls isn't moved. At the steep beginning it is narrower; at the end it has its left half only.
std::vector<LossPoint> Smooth(const std::vector<LossPoint>& points) {
    std::vector<double> sums{0};
    for (const LossPoint& point : points) sums.push_back(sums.back() + point.loss);
    std::vector<LossPoint> out;
    for (size_t i = 0; i < points.size(); ++i) {
        const size_t half = std::min(points.size() / 40, i);
        const size_t end = std::min(i + half + 1, points.size());
        const double sum = sums[end] - sums[i - half];
        out.push_back({points[i].step, sum / static_cast<double>(end - (i - half))});
    }
    return out;
}

class Chart {
  public:
    explicit Chart(const LossPlot& plot)
        : plot_(plot),
          train_(Finite(plot.train)),
          eval_(Finite(plot.eval)),
          picture_(kWidth, kHeight, kPaper) {
        double most_step = 1, low = INFINITY, high = -INFINITY;
        for (const auto* points : {&train_, &eval_}) {
            for (const LossPoint& point : *points) {
                most_step = std::max(most_step, point.step);
                low = std::min(low, point.loss);
                high = std::max(high, point.loss);
            }
        }
        if (!(low <= high)) low = 0, high = 1;
        x_ = MakeTicks(0, most_step, 8, true);
        // A loss has its natural end at zero, where that does not flatten the curve.
        y_ = MakeTicks(low > 0 && low < high * 0.6 ? 0 : low, high, 6);
    }

    Result<std::string> Draw() {
        DrawGrid();
        DrawCurves();
        DrawFrame();
        DrawLegend();
        return picture_.Png();
    }

  private:
    Spot At(const LossPoint& point) const {
        const double x = (point.step - x_.low) / (x_.high - x_.low);
        const double y = (point.loss - y_.low) / (y_.high - y_.low);
        return {kLeft + x * (kWidth - kLeft - kRight),
                kHeight - kBottom - y * (kHeight - kTop - kBottom)};
    }

    void DrawGrid() {
        const int half_capital = kCapitalHeight * kText / 2;
        for (const double value : y_.values) {
            const int y = static_cast<int>(std::lround(At({0, value}).y));
            picture_.FillRectangle(kLeft, y, kWidth - kLeft - kRight, 1, kGrid);
            const std::string label = y_.Label(value);
            picture_.Text(kLeft - 14 - Raster::TextWidth(label, kText), y - half_capital, label,
                          kText, kSoftInk);
        }
        for (const double value : x_.values) {
            const int x = static_cast<int>(std::lround(At({value, y_.low}).x));
            picture_.FillRectangle(x, kTop, 1, kHeight - kTop - kBottom, kGrid);
            picture_.FillRectangle(x, kHeight - kBottom, 1, 7, kAxis);
            const std::string label = x_.Label(value);
            picture_.Text(x - Raster::TextWidth(label, kText) / 2, kHeight - kBottom + 14, label,
                          kText, kSoftInk);
        }
    }

    std::vector<Spot> Spots(const std::vector<LossPoint>& points) const {
        std::vector<Spot> spots;
        spots.reserve(points.size() + 1);
        for (const LossPoint& point : points) spots.push_back(At(point));
        if (spots.size() == 1) spots.push_back(spots[0]);
        return spots;
    }

    void DrawCurves() {
        picture_.Polyline(Spots(train_), 1.2, kTrainRaw);
        picture_.Polyline(Spots(Smooth(train_)), 2.8, kTrain);
        const std::vector<Spot> eval = Spots(eval_);
        picture_.Polyline(eval, 2.8, kEval);
        if (eval_.size() <= 60) {
            for (const Spot& spot : eval) picture_.Dot(spot, 4, kEval);
        }
        if (!eval_.empty()) {
            const Spot best = At(Best());
            picture_.Dot(best, 8, kEval);
            picture_.Dot(best, 5, kPaper);
        }
    }

    void DrawFrame() {
        picture_.FillRectangle(kLeft, kTop, 2, kHeight - kTop - kBottom, kAxis);
        picture_.FillRectangle(kLeft, kHeight - kBottom, kWidth - kLeft - kRight, 2, kAxis);
        const size_t most = static_cast<size_t>((kWidth - 40) / (kGlyphAdvance * kTitle));
        picture_.Text(kLeft, 30, plot_.title.substr(0, most), kTitle, kInk);
        picture_.Text((kLeft + kWidth - kRight - Raster::TextWidth(plot_.x_label, kText)) / 2,
                      kHeight - 32, plot_.x_label, kText, kInk);
        const int middle = (kTop + kHeight - kBottom) / 2;
        picture_.TextUpward(22, middle + Raster::TextWidth(plot_.y_label, kText) / 2, plot_.y_label,
                            kText, kInk);
    }

    LossPoint Best() const { return *std::ranges::min_element(eval_, {}, &LossPoint::loss); }

    void DrawLegend() {
        struct Entry {
            std::string text;
            Colour colour;
        };
        std::vector<Entry> entries;
        if (!train_.empty()) {
            entries.push_back({fmt::format("train  {:.4g}", Smooth(train_).back().loss), kTrain});
        }
        if (!eval_.empty()) {
            entries.push_back({fmt::format("eval   {:.4g}  best {:.4g} at {:.0f}",
                                           eval_.back().loss, Best().loss, Best().step),
                               kEval});
        }
        int widest = 0;
        for (const Entry& entry : entries) {
            widest = std::max(widest, Raster::TextWidth(entry.text, kText));
        }
        const int left = kWidth - kRight - widest - 78;
        const int height = 16 + 26 * static_cast<int>(entries.size());
        if (entries.empty()) return;
        picture_.FillRectangle(left, kTop + 12, widest + 66, height, kGrid);
        picture_.FillRectangle(left + 1, kTop + 13, widest + 64, height - 2, kPaper);
        int y = kTop + 26;
        for (const Entry& entry : entries) {
            picture_.Polyline({{left + 14.0, y + 7.0}, {left + 40.0, y + 7.0}}, 3.5, entry.colour);
            picture_.Text(left + 52, y, entry.text, kText, kInk);
            y += 26;
        }
    }

    const LossPlot& plot_;
    std::vector<LossPoint> train_, eval_;
    Raster picture_;
    Ticks x_, y_;
};

}  // namespace

Result<std::string> DrawLossPlot(const LossPlot& plot) { return Chart(plot).Draw(); }

Result<void> WriteLossPlot(const LossPlot& plot, const std::filesystem::path& file) {
    ARGOSY_TRY(const std::string png, DrawLossPlot(plot));
    std::ofstream out(file, std::ios::binary);
    out.write(png.data(), static_cast<std::streamsize>(png.size()));
    if (!out.flush()) {
        return At(file.string(), {ErrorCode::kPermissionDenied, "the plot cannot be written", {}});
    }
    return {};
}

}  // namespace argosy::lifecycle
