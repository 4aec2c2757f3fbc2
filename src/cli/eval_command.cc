// `argosy eval shop`: the shipped models judged by the shop's held-out questions.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/open_source.h"
#include "cli/progress_bar.h"
#include "cli/shop_retrieval.h"
#include "serve/engine_embedder.h"
#include "tune/shop_answers.h"

namespace argosy::cli {

namespace {

using lifecycle::shop::ScoreSheet;

struct EvalArgs {
    std::string data, chat, embed;
    tune::AnswerOptions answers;
    bool show_wrong = false;
};

std::string Percent(double share) { return fmt::format("{:.1f}%", 100 * share); }

void PrintSheet(const std::string& name, const ScoreSheet& sheet) {
    std::cout << fmt::format("{:<18}{:>8}{:>16}{:>10}{:>14}\n", name, sheet.answers,
                             Percent(sheet.right_product_share()), sheet.facts_cited,
                             sheet.facts_cited == 0 ? "" : Percent(sheet.right_fact_share()));
}

void PrintAnswers(const tune::ShopAnswers& answers, bool show_wrong) {
    std::cout << fmt::format("{:<18}{:>8}{:>16}{:>10}{:>14}\n", "questions", "answers",
                             "right product", "facts", "right facts");
    for (const auto& [kind, sheet] : answers.by_kind) PrintSheet(kind, sheet);
    PrintSheet("all", answers.all);
    if (!show_wrong) return;
    for (const tune::WrongAnswer& wrong : answers.wrong) {
        std::cout << fmt::format("\neval.jsonl:{} ({})\n  wanted: {}\n  answer: {}\n", wrong.line,
                                 wrong.kind, wrong.wanted, wrong.answer);
        for (const std::string& problem : wrong.problems) std::cout << "  " << problem << "\n";
    }
}

tune::ShopAnswers Answer(const EvalArgs& args) {
    auto model = OpenSource(args.chat);
    ProgressBar bar("answering");
    tune::AnswerOptions options = args.answers;
    options.progress = [&bar](size_t done, size_t all) { bar.Update(done, all); };
    return OrThrow(tune::ScoreShopAnswers(std::move(model), args.data, options));
}

void PrintRetrieval(const std::vector<RetrievalFigures>& figures) {
    std::cout << fmt::format("{:<18}{:>10}{:>12}{:>12}{:>10}\n", "search", "questions", "recall@1",
                             "recall@5", "MRR@10");
    for (const RetrievalFigures& one : figures) {
        std::cout << fmt::format("{:<18}{:>10}{:>12}{:>12}{:>10.3f}\n", one.way, one.questions,
                                 Percent(one.recall_at_1), Percent(one.recall_at_5), one.mrr_at_10);
    }
}

std::vector<RetrievalFigures> Retrieve(const EvalArgs& args) {
    std::shared_ptr<const retrieval::Embedder> embedder;
    if (!args.embed.empty()) {
        serve::HostOptions options;
        options.source = args.embed;
        options.engine.threads = args.answers.threads;
        embedder = OrThrow(serve::MakeEngineEmbedder(
            std::shared_ptr<const serve::ModelHost>(OrThrow(serve::ModelHost::Open(options)))));
    }
    ProgressBar bar("searching");
    return OrThrow(ScoreShopRetrieval(args.data, std::move(embedder),
                                      [&bar](size_t done, size_t all) { bar.Update(done, all); }));
}

void AddEvalShop(CLI::App& eval, Globals& globals) {
    CLI::App* command = eval.add_subcommand(
        "shop", "Judge a chat model's answers and the search by the shop's held-out questions");
    auto args = std::make_shared<EvalArgs>();
    command->add_option("--data", args->data, "folder that argosy make-shop wrote")->required();
    command->add_option("--chat", args->chat,
                        "chat model: GGUF file, directory or URI; without it, only the search");
    command->add_option("--embed", args->embed,
                        "embedding model, for the dense and the fused search");
    command->add_option("--adapter", args->answers.adapter, "LoRA: PEFT folder or GGUF");
    command->add_flag("--show-wrong", args->show_wrong, "print each wrong answer and why");
    command->add_option("--threads", args->answers.threads, "0: all of the machine")
        ->check(CLI::Range(0, 4096));
    command->footer(
        "Example:\n  argosy make-shop --out build/shop --seed 1 --products 2000\n"
        "  argosy eval shop --data build/shop --chat models/shop-chat.gguf \\\n"
        "      --embed models/shop-embed.gguf");
    command->callback([args, &globals] {
        const auto figures = Retrieve(*args);
        const auto answers = args->chat.empty() ? tune::ShopAnswers() : Answer(*args);
        if (globals.json()) {
            json::object out = answers.ToJson();
            out["retrieval"] = ToJson(figures);
            std::cout << json::serialize(out) << "\n";
            return;
        }
        PrintRetrieval(figures);
        if (args->chat.empty()) return;
        std::cout << "\n";
        PrintAnswers(answers, args->show_wrong);
    });
}

}  // namespace

void AddEval(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("eval", "Judge models by held-out questions");
    command->require_subcommand(1);
    AddEvalShop(*command, globals);
}

}  // namespace argosy::cli
