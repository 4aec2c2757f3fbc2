// Writes the shop's data into a folder: what the shipped models learn from and are judged by. The
// same options give the same bytes on every machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/stall.h"

namespace argosy::lifecycle::shop {

struct ShopOptions {
    uint64_t seed = 1;
    size_t products = 2000;       // at least 400
    size_t catalogues = 1;        // to train on; the first one is catalog.csv
    size_t questions = 20000;     // to train on
    size_t lookups = 10000;       // rows to begin with, before the questions
    size_t eval_questions = 500;  // about products that no question of training is about
    size_t pairs = 20000;         // for the embedder
};

struct WrittenFile {
    std::string name;
    size_t rows = 0;
    uint64_t bytes = 0;
};

/// Opens the shop's search over the products of a stall, which outlives it.
using OpenSearch = std::function<Result<ShowProducts>(const Stall&)>;

/// catalog.csv, passages.jsonl, lookup.jsonl, train.jsonl, eval.jsonl, pairs.jsonl,
/// faq-train.jsonl, faq-eval.jsonl, faq.md. Makes the folder. Errors: kInvalidArgument (options),
/// kPermissionDenied (the folder), and those of the search.
Result<std::vector<WrittenFile>> MakeShop(const std::filesystem::path& folder,
                                          const ShopOptions& options, const OpenSearch& open);

}  // namespace argosy::lifecycle::shop
