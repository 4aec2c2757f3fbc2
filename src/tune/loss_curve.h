// The losses of a run so far, also of the part that an earlier process trained. Single-strand.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "lifecycle/plot/loss_plot.h"

namespace argosy::tune {

class LossCurve {
  public:
    /// Takes the points that a run log (JSONL) holds; lines that are none, as the last one after a
    /// kill may be, are left out.
    static LossCurve FromLog(const std::filesystem::path& log);

    /// A step trained again after a resume replaces what it gave before.
    void AddTrain(int64_t step, double loss) { train_[step] = loss; }
    void AddEvaluation(int64_t step, double loss) { evaluation_[step] = loss; }

    lifecycle::LossPlot Plot(const std::string& title) const;
    /// The training loss as one line of a terminal, "▇▅▃▂▁ 3.41 -> 0.12"; empty where there is
    /// none.
    std::string Sparkline() const;

  private:
    std::map<int64_t, double> train_, evaluation_;
};

}  // namespace argosy::tune
