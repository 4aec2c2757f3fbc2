// The loss curve of a training as a PNG picture: training loss as it was and smoothed, evaluation
// loss with its best point, axes, grid, legend, title.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy::lifecycle {

struct LossPoint {
    double step = 0;
    double loss = 0;  // points that are not finite are left out
};

struct LossPlot {
    std::string title;
    std::vector<LossPoint> train{}, eval{};  // each in the order of steps; may be empty
    std::string x_label = "step", y_label = "loss";
};

/// 1200 x 680 pixels, the same bytes for the same plot on one version of libpng.
Result<std::string> DrawLossPlot(const LossPlot& plot);
/// Writes it; an error names the file.
Result<void> WriteLossPlot(const LossPlot& plot, const std::filesystem::path& file);

}  // namespace argosy::lifecycle
