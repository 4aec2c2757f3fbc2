// Any bytes as a JSONL file give rows or named bad rows; good rows survive masking, splitting and
// their own texts.
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "lifecycle/dataset_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::lifecycle;
    std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
    const DatasetOptions options{.max_bad_rows = 3, .max_row_bytes = 4096};
    Dataset set;
    BadData bad;
    internal::DatasetReader(options, set, bad).ReadJsonl(in, "fuzz.jsonl", set.train);
    if (bad.rows.size() > 3 || bad.total < bad.rows.size()) std::abort();
    for (const BadRow& row : bad.rows) {
        if (row.line == 0 || row.problem.empty()) std::abort();
    }
    const size_t rows = set.train.size();
    for (const Example& row : set.train) {
        HasEmptyAnswer(row);
        WholeText(row);
    }
    MaskPii(set);
    SplitForEvaluation(set, 0.3, 1);
    if (set.train.size() + set.eval.size() != rows) std::abort();
    return 0;
}
