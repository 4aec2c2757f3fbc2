// `argosy index`: a folder with a knowledge base made of files and pages, or brought up to date.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/knowledge_folder.h"
#include "cli/progress_bar.h"

namespace argosy::cli {

namespace {

using retrieval::IngestProblem;
using retrieval::IngestReport;

struct IndexArgs {
    std::vector<std::string> sources;
    std::string store = "./kb", name;
    DefinedSource table;  // what all sources of this call are told
    KnowledgeDefinition definition;
    int threads = 0;
    bool only = false, words_only = false;
};

constexpr size_t kShown = 20;  // problems that a person sees

void AddSourceFlags(CLI::App& command, IndexArgs& args) {
    DefinedSource& table = args.table;
    command.add_option("--id-column", table.id_column,
                       "column that names a row, so that a changed row replaces the old one");
    command.add_option("--title-column", table.title_column, "column that citations show");
    command.add_option("--text-column", table.text_columns,
                       "column that is searched; may be repeated; without it, all");
    command.add_option("--text-template", table.text_template,
                       "text that is searched, e.g. \"{name}: {description}\"");
    command.add_option("--metadata-column", table.metadata_columns,
                       "column for filters and answers; may be repeated; without it, all");
    command.add_option("--format", table.format,
                       "csv, tsv, jsonl, markdown, html, pdf or text; without it, by the name");
    command.add_flag("--allow-private", table.allow_private,
                     "read addresses of this machine and its network too");
}

void AddIndexFlags(CLI::App& command, IndexArgs& args) {
    KnowledgeDefinition& definition = args.definition;
    command.add_option("sources", args.sources,
                       "files, folders, patterns, http(s):// or s3://; without any, those of the "
                       "last time are read again");
    command.add_option("--store", args.store, "folder of the index")->capture_default_str();
    command.add_option("--name", args.name, "of the knowledge base in that folder");
    AddSourceFlags(command, args);
    command.add_flag("--only", args.only,
                     "the sources given are all there are: what came from others is deleted");
    command
        .add_option("--splitter", definition.splitter,
                    "recursive, strict, markdown, sentence, token or row")
        ->capture_default_str();
    command.add_option("--chunk-size", definition.size, "most characters of a piece")
        ->capture_default_str();
    command.add_option("--chunk-overlap", definition.overlap, "what a piece repeats of the last")
        ->capture_default_str();
    command.add_option("--embed", definition.embed,
                       "embedding model: GGUF file, directory or URI; without it, words only");
    command.add_flag("--words-only", args.words_only, "no embedding model any more");
    command.add_option("--query-prefix", definition.query_prefix,
                       "what the model reads before a question, e.g. \"search_query: \"");
    command.add_option("--passage-prefix", definition.passage_prefix, "and before a piece");
    command.add_option("--pii", definition.pii, "personal data: keep, mask or refuse")
        ->check(CLI::IsMember({"keep", "mask", "refuse"}))
        ->capture_default_str();
    command.add_option("--threads", args.threads, "0: all of the machine")
        ->check(CLI::Range(0, 4096));
}

// The folder's own definition, with what this call says in its place.
KnowledgeDefinition Merge(const CLI::App& command, const IndexArgs& args,
                          KnowledgeDefinition definition) {
    const KnowledgeDefinition& given = args.definition;
    const auto said = [&command](const char* flag) { return command.count(flag) > 0; };
    if (said("--splitter")) definition.splitter = given.splitter;
    if (said("--chunk-size")) definition.size = given.size;
    if (said("--chunk-overlap")) definition.overlap = given.overlap;
    if (said("--embed")) definition.embed = given.embed;
    if (args.words_only) definition.embed.clear();
    if (said("--query-prefix")) definition.query_prefix = given.query_prefix;
    if (said("--passage-prefix")) definition.passage_prefix = given.passage_prefix;
    if (said("--pii")) definition.pii = given.pii;
    if (args.only) definition.sources.clear();
    for (const std::string& uri : args.sources) {
        DefinedSource source = args.table;
        source.uri = uri;
        const auto known = std::ranges::find(definition.sources, uri, &DefinedSource::uri);
        if (known == definition.sources.end()) {
            definition.sources.push_back(std::move(source));
        } else {
            *known = std::move(source);
        }
    }
    return definition;
}

KnowledgeDefinition Define(const CLI::App& command, IndexArgs& args) {
    if (args.name.empty()) args.name = OnlyName(args.store);
    auto known = ReadDefinition(args.store, args.name);
    if (!known && known.error().code != ErrorCode::kNotFound) OrThrow(std::move(known));
    KnowledgeDefinition definition =
        Merge(command, args, known ? std::move(*known) : KnowledgeDefinition());
    if (!definition.sources.empty()) return definition;
    throw Exception({ErrorCode::kInvalidArgument,
                     fmt::format("there is nothing to index: name a file, folder or address, e.g. "
                                 "argosy index catalog.csv --store {} --name {}",
                                 args.store, args.name),
                     {}});
}

// Sources that were given again with other columns, or all where none was given.
IngestReport Ingest(retrieval::KnowledgeBase& base, const IndexArgs& args) {
    ProgressBar bar("indexing");
    const retrieval::ProgressCallback progress = [&bar](const retrieval::IngestProgress& at) {
        bar.Update(at.done_bytes, at.total_bytes,
                   fmt::format("{} documents, {} new", at.documents, at.written));
    };
    if (args.sources.empty() || args.only) return OrThrow(base.Ingest(progress));
    IngestReport report;
    for (const std::string& uri : args.sources) {
        const auto& sources = base.options().sources;
        const auto found = std::ranges::find(sources, uri, &retrieval::SourceOptions::uri);
        report.Add(OrThrow(base.IngestSource(*found, progress)));
    }
    return report;
}

void PrintProblems(const char* label, const std::vector<IngestProblem>& problems, size_t count) {
    if (count == 0) return;
    std::cout << fmt::format("{} {}:\n", count, label);
    for (size_t i = 0; i < std::min(problems.size(), kShown); ++i) {
        std::cout << fmt::format("  {}: {}\n", problems[i].place, problems[i].message);
    }
    if (count > kShown) std::cout << fmt::format("  and {} more\n", count - kShown);
}

void Print(const Globals& globals, const IndexArgs& args, const IngestReport& report,
           const retrieval::KnowledgeStatus& status, double seconds) {
    if (globals.json()) {
        json::object answer = report.ToJson();
        answer["name"] = args.name;
        answer["store"] = args.store;
        answer["documents"] = status.documents;
        answer["total_chunks"] = status.chunks;
        answer["embedding"] =
            status.embedding.empty() ? json::value() : json::value(status.embedding);
        answer["seconds"] = seconds;
        std::cout << json::serialize(answer) << "\n";
        return;
    }
    std::cout << fmt::format("{} added, {} changed, {} unchanged, {} deleted", report.added,
                             report.changed, report.unchanged, report.deleted);
    if (report.reembedded > 0) std::cout << fmt::format(", {} embedded anew", report.reembedded);
    std::cout << fmt::format(" ({} read in {:.1f} s)\n", FormatBytes(report.bytes), seconds);
    PrintProblems("left out", report.problems, report.problem_count);
    PrintProblems("passed over", report.notes, report.notes.size());
    std::cout << fmt::format("{} in {}: {} documents, {} pieces, {}\n", args.name, args.store,
                             status.documents, status.chunks,
                             status.embedding.empty()
                                 ? "searched by words"
                                 : "searched by words and " + status.embedding);
}

// What was named for the first time and could not be read at all was mistyped, most likely: it is
// not remembered, and a folder that would have nothing is not made.
void ForgetUnread(retrieval::KnowledgeBase& base, const IndexArgs& args,
                  KnowledgeDefinition definition) {
    const retrieval::KnowledgeStatus status = base.Status();
    const size_t forgotten = std::erase_if(definition.sources, [&](const DefinedSource& source) {
        const auto found =
            std::ranges::find(status.sources, source.uri, &retrieval::SourceStatus::uri);
        return found != status.sources.end() && found->documents == 0 &&
               found->state == retrieval::SourceState::kFailed;
    });
    if (forgotten == 0) return;
    if (!definition.sources.empty() || status.documents > 0) {
        return OrThrow(WriteDefinition(args.store, args.name, definition));
    }
    OrThrow(base.Drop());
    std::filesystem::remove(DefinitionFile(args.store, args.name));
}

void Run(const CLI::App& command, IndexArgs& args, Globals& globals) {
    const KnowledgeDefinition definition = Define(command, args);
    retrieval::KnowledgeBaseOptions options = OrThrow(definition.ToOptions(args.name));
    const auto begin = std::chrono::steady_clock::now();
    const auto base = OpenKnowledge(args.store, std::move(options),
                                    {.embed = definition.embed,
                                     .rerank = {},
                                     .query_prefix = definition.query_prefix,
                                     .passage_prefix = definition.passage_prefix,
                                     .threads = args.threads});
    // Before the ingest: one that is interrupted is gone on with by `argosy index` alone.
    OrThrow(WriteDefinition(args.store, args.name, definition));
    const IngestReport report = Ingest(*base, args);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    Print(globals, args, report, base->Status(), took.count());
    ForgetUnread(*base, args, definition);
    const bool nothing = report.added + report.changed + report.unchanged == 0;
    if (nothing && report.problem_count > 0) globals.exit_code = 1;
}

}  // namespace

void AddIndex(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand(
        "index", "Make a knowledge base of files and pages, or bring it up to date");
    auto args = std::make_shared<IndexArgs>();
    AddIndexFlags(*command, *args);
    command->footer(
        "Example:\n"
        "  argosy index catalog.csv --store ./kb --name catalog --id-column id --splitter row\n"
        "  argosy index docs/ --store ./kb --name catalog --embed ./bge-small.gguf\n"
        "  argosy index --store ./kb --name catalog      (reads the same sources again: what has\n"
        "                                                 not changed is not embedded again)");
    command->callback([command, args, &globals] { Run(*command, *args, globals); });
}

}  // namespace argosy::cli
