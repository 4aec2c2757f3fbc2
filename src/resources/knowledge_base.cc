#include "resources/knowledge_base.h"

namespace argosy::resources {

std::span<const Choice<SplitterKind>> Choices(SplitterKind) {
    static constexpr Choice<SplitterKind> kChoices[] = {
        {SplitterKind::kRecursive, "recursive",
         "at paragraphs, else lines, else words; sizes in characters, the same pieces as "
         "LangChain's RecursiveCharacterTextSplitter"},
        {SplitterKind::kMarkdown, "markdown", "at headings, which each piece keeps"},
        {SplitterKind::kSentence, "sentence", "whole sentences"},
        {SplitterKind::kTokens, "tokens", "sizes in tokens of the embedding model"},
        {SplitterKind::kRow, "row", "a row of a table is a piece"}};
    return kChoices;
}

std::span<const Choice<StoreKind>> Choices(StoreKind) {
    static constexpr Choice<StoreKind> kChoices[] = {
        {StoreKind::kEmbedded, "embedded", "Argosy's own: files beside the process"},
        {StoreKind::kQdrant, "qdrant", "a Qdrant server"},
        {StoreKind::kPgvector, "pgvector", "PostgreSQL with pgvector"}};
    return kChoices;
}

std::span<const Choice<PiiHandling>> Choices(PiiHandling) {
    static constexpr Choice<PiiHandling> kChoices[] = {
        {PiiHandling::kKeep, "keep", "personal data is indexed as it is"},
        {PiiHandling::kMask, "mask", "it is masked before it is indexed"},
        {PiiHandling::kRefuse, "refuse", "a document with personal data is reported and left out"}};
    return kChoices;
}

const Description<Splitter>& Describe(const Splitter*) {
    static const auto kDescription =
        Description<Splitter>("Splitter", "How documents are cut into the pieces that are found.")
            .Field("kind", &Splitter::kind, "Where documents are cut.")
            .Field("size", &Splitter::size, "Most characters of a piece (tokens: tokens).",
                   {.min = 16, .max = 100'000})
            .Field("overlap", &Splitter::overlap, "What a piece repeats of the one before it.",
                   {.min = 0, .max = 50'000})
            .Field("strict", &Splitter::strict,
                   "Keep the whole overlap also where LangChain's splitter loses it.")
            .Holds(NotMoreThan("overlap", "size"));
    return kDescription;
}

const Description<Store>& Describe(const Store*) {
    static const auto kDescription =
        Description<Store>("Store", "Where pieces and their vectors are kept.")
            .Field("kind", &Store::kind, "What keeps them.")
            .Field("url", &Store::url, "The server's address.",
                   {.pattern = "^(https?|postgres|postgresql)://[^:@/]+(:[0-9]+)?(/.*)?$",
                    .what = "an address such as http://qdrant:6333 or postgres://db/shop, without "
                            "user and password (see credential)"})
            .Field(
                "collection", &Store::collection,
                "The collection or table; without one, the name of this resource.",
                {.pattern = "^[A-Za-z0-9_-]{1,63}$", .what = "a name of letters, digits, _ and -"})
            .Field("credential", &Store::credential,
                   "The API key (qdrant), or user:password (pgvector).")
            .Field("size", &Store::size, "How large the volume is in a cluster, for embedded.")
            .Holds(Needs("kind", {"qdrant", "pgvector"}, {"url"}))
            .Holds(OnlyFor("kind", {"qdrant", "pgvector"}, {"url", "credential"}))
            .Holds(OnlyFor("kind", {"embedded"}, {"size"}));
    return kDescription;
}

const Description<Refresh>& Describe(const Refresh*) {
    static const auto kDescription =
        Description<Refresh>("Refresh", "When sources are read again.")
            .Field("every", &Refresh::every, "After this time.")
            .Field("schedule", &Refresh::schedule, "At these times: five fields of cron, in UTC.",
                   {.pattern = "^([-0-9*/,A-Za-z]+ ){4}[-0-9*/,A-Za-z]+$",
                    .what = "a schedule of five fields such as \"0 3 * * *\"",
                    .max_length = 100})
            .Holds(ExactlyOne({"every", "schedule"}));
    return kDescription;
}

const Description<Privacy>& Describe(const Privacy*) {
    static const auto kDescription =
        Description<Privacy>("Privacy", "What is done about personal data.")
            .Field("pii", &Privacy::pii,
                   "What is done about names, addresses, card numbers and the like.");
    return kDescription;
}

const Description<KnowledgeBaseSpec>& Describe(const KnowledgeBaseSpec*) {
    static const auto kDescription =
        Description<KnowledgeBaseSpec>(
            "KnowledgeBaseSpec", "Sources, how they are cut, embedded and kept, and searched.")
            .Field("sources", &KnowledgeBaseSpec::sources,
                   "What is known. Without any, documents come through the API.")
            .Field("splitter", &KnowledgeBaseSpec::splitter, "How documents are cut into pieces.")
            .Field("embedding", &KnowledgeBaseSpec::embedding,
                   "The Model that makes vectors; without one, search is by words only.",
                   {.max_length = 253, .refers_to = {"Model"}, .tasks = {"embedding"}})
            .Field("rerank", &KnowledgeBaseSpec::rerank,
                   "The Model that puts what was found in its last order.",
                   {.max_length = 253, .refers_to = {"Model"}, .tasks = {"rerank"}})
            .Field("store", &KnowledgeBaseSpec::store, "Where pieces and vectors are kept.")
            .Field("search", &KnowledgeBaseSpec::search, "How pieces are found.")
            .Field("refresh", &KnowledgeBaseSpec::refresh,
                   "When sources are read again; without it, when they change (files) or never.")
            .Field("privacy", &KnowledgeBaseSpec::privacy, "What is done about personal data.");
    return kDescription;
}

}  // namespace argosy::resources
