// `argosy eval shop`: the shipped models judged by the shop's held-out questions.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/open_source.h"
#include "cli/progress_bar.h"
#include "tune/shop_answers.h"

namespace argosy::cli {

namespace {

using lifecycle::shop::ScoreSheet;

struct EvalArgs {
    std::string data, chat;
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

void AddEvalShop(CLI::App& eval, Globals& globals) {
    CLI::App* command = eval.add_subcommand(
        "shop", "Ask a chat model the shop's held-out questions and judge its answers");
    auto args = std::make_shared<EvalArgs>();
    command->add_option("--data", args->data, "folder that argosy make-shop wrote")->required();
    command->add_option("--chat", args->chat, "chat model: GGUF file, directory or URI")
        ->required();
    command->add_option("--adapter", args->answers.adapter, "LoRA: PEFT folder or GGUF");
    command->add_flag("--show-wrong", args->show_wrong, "print each wrong answer and why");
    command->add_option("--threads", args->answers.threads, "0: all of the machine")
        ->check(CLI::Range(0, 4096));
    command->footer(
        "Example:\n  argosy make-shop --out build/shop --seed 1 --products 2000\n"
        "  argosy eval shop --data build/shop --chat models/shop-chat.gguf");
    command->callback([args, &globals] {
        const tune::ShopAnswers answers = Answer(*args);
        if (globals.json()) {
            std::cout << json::serialize(answers.ToJson()) << "\n";
        } else {
            PrintAnswers(answers, args->show_wrong);
        }
    });
}

}  // namespace

void AddEval(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("eval", "Judge models by held-out questions");
    command->require_subcommand(1);
    AddEvalShop(*command, globals);
}

}  // namespace argosy::cli
