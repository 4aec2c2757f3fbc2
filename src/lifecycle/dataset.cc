#include "lifecycle/dataset.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lifecycle/content_key.h"
#include "lifecycle/dataset_reader.h"
#include "lifecycle/pii.h"

namespace argosy::lifecycle {

std::string BadRow::ToString() const {
    return line == 0 ? fmt::format("{}: {}", file, problem)
                     : fmt::format("{}:{}: {}", file, line, problem);
}

std::string BadData::ToString() const {
    std::string text = fmt::format("{} bad {} in the training data; nothing was started", total,
                                   total == 1 ? "row" : "rows");
    for (const BadRow& row : rows) text += "\n  " + row.ToString();
    if (total > rows.size()) text += fmt::format("\n  ... and {} more", total - rows.size());
    return text;
}

std::string Dataset::PlaceOf(const Example& example) const {
    return fmt::format("{}:{}", files[example.file], example.line);
}

std::expected<Dataset, BadData> LoadDataset(const DatasetOptions& options) {
    Dataset data;
    BadData bad;
    internal::DatasetReader reader(options, data, bad);
    for (const auto& path : options.train) reader.ReadFile(path, data.train);
    for (const auto& path : options.eval) reader.ReadFile(path, data.eval);
    const auto fail = [&bad](std::string problem) {
        bad.rows.push_back({"training data", 0, std::move(problem)});
        ++bad.total;
    };
    if (!(options.eval_share >= 0 && options.eval_share <= 0.5)) {
        fail("the share for evaluation has to be between 0 and 0.5");
    }
    if (bad.total == 0 && data.train.empty()) fail("there is no row at all");
    if (bad.total > 0) return std::unexpected(std::move(bad));
    if (options.eval.empty()) SplitForEvaluation(data, options.eval_share, options.seed);
    return data;
}

void SplitForEvaluation(Dataset& data, double share, uint64_t seed) {
    if (share <= 0 || data.train.size() < 2) return;
    std::vector<uint64_t> keys;
    keys.reserve(data.train.size());
    for (const Example& row : data.train) keys.push_back(ContentKey(WholeText(row), seed));
    const std::set<uint64_t> ordered(keys.begin(), keys.end());
    if (ordered.size() < 2) return;
    // Rows of the lowest keys, all rows of a key together.
    const auto wanted = static_cast<double>(ordered.size()) * share;
    const size_t count =
        std::clamp<size_t>(static_cast<size_t>(std::lround(wanted)), 1, ordered.size() - 1);
    const uint64_t limit = *std::next(ordered.begin(), static_cast<ptrdiff_t>(count));
    std::vector<Example> train;
    for (size_t i = 0; i < keys.size(); ++i) {
        (keys[i] < limit ? data.eval : train).push_back(std::move(data.train[i]));
    }
    data.train = std::move(train);
}

size_t MaskPii(Dataset& data) {
    size_t masked = 0;
    for (auto* rows : {&data.train, &data.eval}) {
        for (Example& row : *rows) {
            VisitTexts(row, [&masked](std::string& text) {
                const size_t found = FindPii(text).size();
                if (found > 0) text = MaskPii(text);
                masked += found;
            });
        }
    }
    return masked;
}

}  // namespace argosy::lifecycle
