#include "resources/assistant.h"

namespace argosy::resources {

std::span<const Choice<MemoryKind>> Choices(MemoryKind) {
    static constexpr Choice<MemoryKind> kChoices[] = {
        {MemoryKind::kSqlite, "sqlite", "a file beside the process"},
        {MemoryKind::kRedis, "redis", "a Redis server"},
        {MemoryKind::kPostgres, "postgres", "a PostgreSQL server"},
        {MemoryKind::kNone, "none", "nothing is remembered from one request to the next"}};
    return kChoices;
}

const Description<Memory>& Describe(const Memory*) {
    static const auto kDescription =
        Description<Memory>("Memory", "What is remembered of a session.")
            .Field("kind", &Memory::kind, "Where sessions are kept.")
            .Field("url", &Memory::url, "The server's address.",
                   {.pattern = "^(rediss?|postgres|postgresql)://[^:@/]+(:[0-9]+)?(/.*)?$",
                    .what = "an address such as redis://cache:6379 or postgres://db/shop, without "
                            "user and password (see credential)"})
            .Field("credential", &Memory::credential, "The password, or user:password.")
            .Field("window", &Memory::window, "Turns of a session that the model is shown as such.",
                   {.min = 0, .max = 1000})
            .Field("summarize", &Memory::summarize, "Older turns are shown as a summary.")
            .Field("expiry", &Memory::expiry, "How long after its last turn a session is erased.")
            .Holds(Needs("kind", {"redis", "postgres"}, {"url"}))
            .Holds(OnlyFor("kind", {"redis", "postgres"}, {"url", "credential"}));
    return kDescription;
}

std::span<const Choice<Rewrite>> Choices(Rewrite) {
    static constexpr Choice<Rewrite> kChoices[] = {
        {Rewrite::kRules, "rules", "by rules: at once, and good for \"and in blue?\""},
        {Rewrite::kModel, "model", "by the model: a call more, and good for all else"},
        {Rewrite::kNone, "none", "the search gets what was asked"}};
    return kChoices;
}

std::span<const Choice<ShownHistory>> Choices(ShownHistory) {
    static constexpr Choice<ShownHistory> kChoices[] = {
        {ShownHistory::kAlways, "always", "each question comes with the turns before"},
        {ShownHistory::kFollowUps, "followUps",
         "only a question about a thing named before does (\"how heavy is it?\"), for small "
         "models"}};
    return kChoices;
}

const Description<Answering>& Describe(const Answering*) {
    static const auto kDescription =
        Description<Answering>("Answering", "How answers are made from what was found.")
            .Field("citations", &Answering::citations,
                   "Answers name the pieces that they are made from.")
            .Field("history", &Answering::history, "When the model is shown the turns before.")
            .Field("rewrite", &Answering::rewrite,
                   "How a follow-up is made a question of its own before the search.")
            .Field("unknown", &Answering::unknown, "The answer where nothing fits.",
                   {.max_length = 4096})
            .Field("alwaysAsk", &Answering::always_ask,
                   "Ask the model also where no piece fits: it may greet, or say so itself.")
            .Field("heading", &Answering::heading, "Stands above the pieces in the prompt.",
                   {.max_length = 4096})
            .Field(
                "line", &Answering::line,
                "How a piece stands in the prompt: parts separated by \" | \" with {metadata} or "
                "{metadata:format} (dollars of cents, grams, tenths, stock) and {n} for its "
                "number; parts without a value are left out. Without it: its title and text.",
                {.max_length = 4096})
            .Field("questionFirst", &Answering::question_first,
                   "The question stands before the pieces, for models trained so.")
            .Field("contextTokens", &Answering::context_tokens,
                   "Most tokens of found pieces in a prompt.", {.min = 64, .max = 1'000'000});
    return kDescription;
}

const Description<Guardrails>& Describe(const Guardrails*) {
    static const auto kDescription =
        Description<Guardrails>("Guardrails", "Checks of what comes in and of what goes out.")
            .Field("input", &Guardrails::input,
                   "Checks of questions, and of the pieces and tool results shown to the model.",
                   {.max_items = 32})
            .Field("output", &Guardrails::output, "Checks of answers.", {.max_items = 32});
    return kDescription;
}

const Description<Ui>& Describe(const Ui*) {
    static const auto kDescription =
        Description<Ui>("Ui", "The assistant's page in the console.")
            .Field("enabled", &Ui::enabled, "Whether it has one.")
            .Field("title", &Ui::title, "The page's title; without one, the resource's name.",
                   {.max_length = 100})
            .Field("greeting", &Ui::greeting, "What stands there before the first question.")
            .Field("suggestions", &Ui::suggestions, "Questions to start with.",
                   {.max_length = 200, .max_items = 12});
    return kDescription;
}

const Description<Recommendations>& Describe(const Recommendations*) {
    static const auto kDescription =
        Description<Recommendations>("Recommendations",
                                     "Things for a shopper, ranked, with a reason each.")
            .Field("knowledge", &Recommendations::knowledge, "The KnowledgeBase they come from.",
                   {.required = true, .max_length = 253, .refers_to = {"KnowledgeBase"}})
            .Field("limit", &Recommendations::limit, "How many.", {.min = 1, .max = 100})
            .Field("variety", &Recommendations::variety,
                   "How much they differ from each other, from 0 to 1.", {.min = 0, .max = 1});
    return kDescription;
}

const Description<AssistantSpec>& Describe(const AssistantSpec*) {
    static const auto kDescription =
        Description<AssistantSpec>(
            "AssistantSpec",
            "A model that answers from knowledge, remembers, uses tools and keeps to rules.")
            .Field("prompt", &AssistantSpec::prompt, "Who the assistant is and what it should do.",
                   {.required = true, .max_length = 65'536})
            .Field("model", &AssistantSpec::model, "The Model that answers.",
                   {.max_length = 253, .refers_to = {"Model"}, .tasks = {"chat"}})
            .Field("route", &AssistantSpec::route, "The Route to the models that answer.",
                   {.max_length = 253, .refers_to = {"Route"}, .tasks = {"chat"}})
            .Field("sampling", &AssistantSpec::sampling, "What differs from the model's own.")
            .Field("knowledge", &AssistantSpec::knowledge, "The KnowledgeBases it answers from.",
                   {.max_length = 253, .refers_to = {"KnowledgeBase"}, .max_items = 16})
            .Field("answering", &AssistantSpec::answering,
                   "How answers are made from what was found.")
            .Field("tools", &AssistantSpec::tools, "Calls that the model may make.",
                   {.max_items = 64, .key = "name"})
            .Field("mcpServers", &AssistantSpec::mcp_servers,
                   "Servers of the Model Context Protocol, whose tools the model may call.",
                   {.max_items = 16, .key = "name"})
            .Field("toolPolicy", &AssistantSpec::tool_policy, "Limits of all calls.")
            .Field("memory", &AssistantSpec::memory, "What is remembered of a session.")
            .Field("guardrails", &AssistantSpec::guardrails,
                   "Checks of what comes in and of what goes out.")
            .Field("ui", &AssistantSpec::ui, "The assistant's page in the console.")
            .Field("recommendations", &AssistantSpec::recommendations,
                   "Recommend things from a knowledge base.")
            .Holds(ExactlyOne({"model", "route"}));
    return kDescription;
}

}  // namespace argosy::resources
