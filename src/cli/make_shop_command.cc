// `argosy make-shop`: the data of a made-up shop, for the shipped models and for trying things out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/shop_search.h"
#include "lifecycle/shop/make_shop.h"

namespace argosy::cli {

namespace {

void Print(const Globals& globals, const std::string& folder,
           const std::vector<lifecycle::shop::WrittenFile>& files) {
    json::array list;
    for (const auto& file : files) {
        list.push_back({{"name", file.name}, {"rows", file.rows}, {"bytes", file.bytes}});
        if (globals.json()) continue;
        std::cout << fmt::format("{:<18}{:>8} rows {:>10}\n", file.name, file.rows,
                                 FormatBytes(file.bytes));
    }
    if (globals.json()) {
        std::cout << json::serialize(json::object{{"path", folder}, {"files", std::move(list)}})
                  << "\n";
    }
}

}  // namespace

void AddMakeShop(CLI::App& app, Globals& globals) {
    struct Args {
        std::string out;
        lifecycle::shop::ShopOptions options;
    };
    CLI::App* command = app.add_subcommand(
        "make-shop", "Write a made-up shop: catalogue, questions and answers, loyalty programme");
    auto args = std::make_shared<Args>();
    command->add_option("--out", args->out, "folder to write")->required();
    command->add_option("--seed", args->options.seed, "same seed, same bytes")
        ->capture_default_str();
    command->add_option("--products", args->options.products, "in the catalogue, 400 to 9999")
        ->capture_default_str();
    command
        ->add_option("--catalogues", args->options.catalogues,
                     "to make training data of, catalog.csv the first of them")
        ->capture_default_str();
    command->add_option("--questions", args->options.questions, "rows of train.jsonl")
        ->capture_default_str();
    command->add_option("--lookups", args->options.lookups, "rows of lookup.jsonl")
        ->capture_default_str();
    command->add_option("--eval-questions", args->options.eval_questions, "rows of eval.jsonl")
        ->capture_default_str();
    command->add_option("--pairs", args->options.pairs, "rows of pairs.jsonl")
        ->capture_default_str();
    command->footer("Example:\n  argosy make-shop --out build/shop --seed 1 --products 2000");
    command->callback([args, &globals] {
        Print(globals, args->out,
              OrThrow(lifecycle::shop::MakeShop(args->out, args->options, OpenShopSearch)));
    });
}

}  // namespace argosy::cli
