// Pairs of texts for an embedder, from JSONL rows {"query": "...", "positive": "..."}, perhaps with
// "negatives": ["...", ...] (other keys are left alone), made ready for the trainer.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "lifecycle/dataset.h"
#include "model/tokenizer.h"
#include "train/example.h"
#include "tune/data_report.h"

namespace argosy::tune {

struct TextPair {
    std::string query, positive;
    std::vector<std::string> negatives;
    std::string place;  // "pairs.jsonl:17"
};

struct TextPairs {
    std::vector<TextPair> train, eval;
};

/// Reads and checks all files; names each bad row by file and line. Where `options.eval` is empty,
/// its share is split off as LoadDataset does. Of each row the first `negatives` are kept.
Result<TextPairs> LoadPairs(const lifecycle::DatasetOptions& options, size_t negatives);

struct PairData {
    std::vector<train::Pair> train, eval;
    DataReport report;
};

/// Masks where asked, encodes, and leaves out pairs with a side beyond the limit.
Result<PairData> PreparePairs(TextPairs pairs, const Tokenizer& tokenizer, size_t max_tokens,
                              bool mask_pii);

}  // namespace argosy::tune
