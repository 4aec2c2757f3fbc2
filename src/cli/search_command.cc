// `argosy search`: asks a knowledge base that `argosy index` made.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/filter_text.h"
#include "cli/knowledge_folder.h"
#include "serve/knowledge/knowledge_request.h"

namespace argosy::cli {

namespace {

using retrieval::FoundPassages;
using retrieval::SearchHit;

struct SearchArgs {
    std::string question, store = "./kb", name, filter, rerank;
    size_t limit = 5;
    bool self_query = true;
    double mmr = 0;
    int threads = 0;
};

// One line of at most so many characters, whatever breaks the text had.
std::string OneLine(const std::string& text, size_t width) {
    std::string line;
    size_t characters = 0;
    for (const char c : text) {
        const bool continues = (c & 0xC0) == 0x80;
        if (!continues && ++characters > width) return line + "…";
        line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return line;
}

std::string TextOf(const SearchHit& hit, std::string_view field) {
    const json::value* value = hit.chunk.metadata.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

void PrintHit(size_t number, const SearchHit& hit) {
    const std::string title = TextOf(hit, "title");
    // What stands in an order ("the cheapest") has no score.
    std::cout << fmt::format("{:>3}  {:<8} {}\n", number,
                             hit.score == 0 ? "" : fmt::format("{:.4g}", hit.score),
                             title.empty() ? hit.chunk.document_id : title);
    std::cout << fmt::format("     {}\n", OneLine(hit.chunk.text, 94));
    std::cout << fmt::format("     {}\n", TextOf(hit, "source"));
}

// What the question was understood to ask for.
void PrintReasons(const FoundPassages& found) {
    if (!found.filter.empty()) {
        std::cout << "only where " << FilterText(found.filter) << "\n";
    }
    if (!found.missing.empty()) {
        std::cout << fmt::format("nothing here meets \"{}\"; this is the nearest\n",
                                 fmt::join(found.missing, "\", \""));
    }
}

void Print(const Globals& globals, const FoundPassages& found, std::chrono::nanoseconds took) {
    if (globals.json()) {
        std::cout << json::serialize(serve::FoundJson(found, took)) << "\n";
        return;
    }
    for (size_t i = 0; i < found.hits.size(); ++i) PrintHit(i + 1, found.hits[i]);
    if (found.hits.empty()) std::cout << "nothing found\n";
    PrintReasons(found);
}

retrieval::Filter ReadFilter(const std::string& text) {
    if (text.empty()) return {};
    auto value = ParseJson(text);
    auto filter = value ? retrieval::ParseFilter(*value)
                        : Result<retrieval::Filter>(std::unexpected(value.error()));
    if (!filter) {
        throw Exception({ErrorCode::kInvalidArgument,
                         "--filter: " + filter.error().ToString() +
                             R"(; e.g. '{"must": [{"key": "price", "range": {"lt": 80}}]}')",
                         {}});
    }
    return std::move(*filter);
}

KnowledgeDefinition Defined(const SearchArgs& args) {
    auto definition = ReadDefinition(args.store, args.name);
    if (definition || definition.error().code != ErrorCode::kNotFound) {
        return OrThrow(std::move(definition));
    }
    const auto names = DefinedNames(args.store);
    const std::string nearest = NearestWord(args.name, names);
    throw Exception(
        {ErrorCode::kNotFound,
         fmt::format("{} has no knowledge base '{}'; {}", args.store, args.name,
                     !nearest.empty() ? "did you mean '" + nearest + "'?"
                     : names.empty()  ? "argosy index makes one"
                                      : fmt::format("there are {}", fmt::join(names, ", "))),
         {}});
}

void Run(SearchArgs& args, const Globals& globals) {
    if (args.name.empty()) args.name = OnlyName(args.store);
    const KnowledgeDefinition definition = Defined(args);
    const retrieval::Filter filter = ReadFilter(args.filter);
    retrieval::KnowledgeBaseOptions options = OrThrow(definition.ToOptions(args.name));
    options.search.self_query = args.self_query;
    if (args.mmr > 0) options.search.mmr = args.mmr;
    const auto base = OpenKnowledge(args.store, std::move(options),
                                    {.embed = definition.embed,
                                     .rerank = args.rerank,
                                     .query_prefix = definition.query_prefix,
                                     .passage_prefix = definition.passage_prefix,
                                     .threads = args.threads});
    const retrieval::KnowledgeStatus status = base->Status();
    if (status.state == "stale") {
        std::cerr << fmt::format(
            "argosy: the vectors of '{}' are of another model, so words alone are searched; "
            "argosy index --store {} --name {} makes them anew\n",
            args.name, args.store, args.name);
    }
    const auto begin = std::chrono::steady_clock::now();
    const FoundPassages found = OrThrow(base->Search(args.question, args.limit, filter));
    Print(globals, found, std::chrono::steady_clock::now() - begin);
}

}  // namespace

void AddSearch(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("search", "Ask a knowledge base that argosy index made");
    auto args = std::make_shared<SearchArgs>();
    command->add_option("question", args->question, "in plain words")->required();
    command->add_option("--store", args->store, "folder of the index")->capture_default_str();
    command->add_option("--name", args->name, "of the knowledge base, where there are several");
    command->add_option("--limit", args->limit, "passages")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--filter", args->filter, "conditions as Qdrant writes them, in JSON");
    command->add_option("--rerank", args->rerank, "reranking model: GGUF file, directory or URI");
    command->add_option("--mmr", args->mmr, "variety, from 0 (none) to 1")
        ->check(CLI::Range(0., 1.));
    command->add_flag("!--no-self-query", args->self_query,
                      "do not read filters out of the question");
    command->add_option("--threads", args->threads, "0: all of the machine")
        ->check(CLI::Range(0, 4096));
    command->footer(
        "Example:\n  argosy search \"a blue jacket under $80\" --store ./kb --name catalog\n"
        "  argosy search \"returns\" --store ./kb -o json");
    command->callback([args, &globals] { Run(*args, globals); });
}

}  // namespace argosy::cli
