// How well each way of searching finds what the shop's held-out questions ask for.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "retrieval/embedder.h"

namespace argosy::cli {

struct RetrievalFigures {
    std::string way;  // "lexical", "dense", "fused", "whole search"
    size_t questions = 0;
    double recall_at_1 = 0;  // share of questions with a product that answers them as first hit
    double recall_at_5 = 0;  // ... among the first five
    double mrr_at_10 = 0;    // mean of 1 / rank of the first such product, 0 beyond the tenth
};

/// Searches the evaluation products of `folder`/catalog.csv for each "search" of
/// `folder`/eval.jsonl. Without an embedder the dense and the fused way are left out. Errors: the
/// files' (with the line), the store's and the model's.
Result<std::vector<RetrievalFigures>> ScoreShopRetrieval(
    const std::filesystem::path& folder, std::shared_ptr<const retrieval::Embedder> embedder,
    const std::function<void(size_t done, size_t all)>& progress);

json::array ToJson(const std::vector<RetrievalFigures>& figures);

}  // namespace argosy::cli
