#include "cli/knowledge_folder.h"

#include <fmt/ranges.h>

#include <utility>

#include "base/text.h"
#include "cli/progress_bar.h"
#include "retrieval/store/embedded_store.h"
#include "serve/engine_embedder.h"

namespace argosy::cli {

namespace {

std::shared_ptr<const serve::ModelHost> OpenModelHost(const std::string& source, int threads) {
    serve::HostOptions options;
    options.source = source;
    options.engine.threads = threads;
    ProgressBar bar("fetching");
    options.fetch.on_progress = [&bar](const FetchProgress& progress) {
        bar.Update(progress.done_bytes, progress.total_bytes,
                   FormatBytes(static_cast<uint64_t>(progress.bytes_per_second)) + "/s");
    };
    return OrThrow(serve::ModelHost::Open(std::move(options)));
}

}  // namespace

std::unique_ptr<retrieval::KnowledgeBase> OpenKnowledge(const std::filesystem::path& store,
                                                        retrieval::KnowledgeBaseOptions options,
                                                        const KnowledgeModels& models) {
    retrieval::KnowledgeParts parts;
    parts.store = OrThrow(retrieval::EmbeddedStore::Open(
        store, {.threads = static_cast<size_t>(std::max(models.threads, 0))}));
    if (!models.embed.empty()) {
        const auto host = OpenModelHost(models.embed, models.threads);
        const serve::EmbedderPrefixes prefixes{models.query_prefix, models.passage_prefix};
        parts.embedder = OrThrow(serve::MakeEngineEmbedder(host, prefixes));
        // The splitter "token" counts by the embedding model; the tokenizer lives in the host.
        parts.tokenizer = {host, &host->tokenizer()};
        options.embedding_model = host->name();
        options.embedding_version = serve::EmbeddingVersion(*host, prefixes);
    }
    if (!models.rerank.empty()) {
        parts.reranker =
            OrThrow(serve::MakeEngineReranker(OpenModelHost(models.rerank, models.threads)));
    }
    return OrThrow(retrieval::KnowledgeBase::Open(std::move(options), std::move(parts)));
}

std::string OnlyName(const std::filesystem::path& store) {
    const auto names = DefinedNames(store);
    if (names.size() == 1) return names[0];
    const std::string there =
        names.empty() ? fmt::format(
                            "{} has no knowledge base; make one: argosy index FILE "
                            "--store {} --name catalog",
                            store.string(), store.string())
                      : fmt::format("which of {}? say --name {}", fmt::join(names, ", "), names[0]);
    throw Exception(
        {names.empty() ? ErrorCode::kNotFound : ErrorCode::kInvalidArgument, there, {}});
}

}  // namespace argosy::cli
