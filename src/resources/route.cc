#include "resources/route.h"

namespace argosy::resources {

const Description<Backend>& Describe(const Backend*) {
    static const auto kDescription =
        Description<Backend>("Backend", "A model, and its share of the requests.")
            .Field("model", &Backend::model, "The Model.",
                   {.required = true, .max_length = 253, .refers_to = {"Model"}})
            .Field("weight", &Backend::weight, "Its share beside the others' weights.",
                   {.min = 0, .max = 1'000'000});
    return kDescription;
}

const Description<Fallback>& Describe(const Fallback*) {
    static const auto kDescription =
        Description<Fallback>("Fallback", "Who answers where those before can't.")
            .Field("model", &Fallback::model, "A Model.",
                   {.max_length = 253, .refers_to = {"Model"}})
            .Field("route", &Fallback::route, "Another Route.",
                   {.max_length = 253, .refers_to = {"Route"}})
            .Holds(ExactlyOne({"model", "route"}));
    return kDescription;
}

const Description<Canary>& Describe(const Canary*) {
    static const auto kDescription =
        Description<Canary>("Canary", "A model on trial, which gets a few of the requests.")
            .Field("model", &Canary::model, "The Model on trial.",
                   {.required = true, .max_length = 253, .refers_to = {"Model"}})
            .Field("percent", &Canary::percent, "How many of a hundred requests it gets.",
                   {.min = 0, .max = 100})
            .Field("header", &Canary::header, "Requests with this header always go to it.",
                   {.pattern = "^[A-Za-z0-9-]{1,100}$", .what = "the name of a header"})
            .Field("maxErrorPercent", &Canary::max_error_percent,
                   "Failures of a hundred requests at which it gets no more.",
                   {.min = 0, .max = 100});
    return kDescription;
}

const Description<Retry>& Describe(const Retry*) {
    static const auto kDescription =
        Description<Retry>("Retry", "How long and how often an answer is tried.")
            .Field("attempts", &Retry::attempts,
                   "Attempts at a backend before the fallbacks, none after the first token.",
                   {.min = 1, .max = 10})
            .Field("timeout", &Retry::timeout, "How long a whole answer may last.")
            .Field("firstTokenTimeout", &Retry::first_token_timeout,
                   "How long the first token may take; as long as the answer if not said.");
    return kDescription;
}

const Description<SemanticCache>& Describe(const SemanticCache*) {
    static const auto kDescription =
        Description<SemanticCache>("SemanticCache",
                                   "Answers given again to requests of nearly the same meaning.")
            .Field("embedding", &SemanticCache::embedding, "The Model that compares meanings.",
                   {.required = true,
                    .max_length = 253,
                    .refers_to = {"Model"},
                    .tasks = {"embedding"}})
            .Field("threshold", &SemanticCache::threshold,
                   "The cosine similarity from which meanings are the same.", {.min = 0, .max = 1});
    return kDescription;
}

const Description<AnswerCache>& Describe(const AnswerCache*) {
    static const auto kDescription =
        Description<AnswerCache>("AnswerCache", "Answers kept and given again.")
            .Field("exact", &AnswerCache::exact, "To the same requests, where temperature is 0.")
            .Field("semantic", &AnswerCache::semantic,
                   "To requests of nearly the same meaning; off if not said.")
            .Field("expiry", &AnswerCache::expiry, "How long answers are kept.")
            .Field("size", &AnswerCache::size, "Most memory for them.");
    return kDescription;
}

const Description<RouteSpec>& Describe(const RouteSpec*) {
    static const auto kDescription =
        Description<RouteSpec>("RouteSpec",
                               "Public model names, and the models that stand behind them.")
            .Field("names", &RouteSpec::names,
                   "Model names that requests may ask for; the Route's own name if not said.",
                   {.max_length = 253, .max_items = 64})
            .Field("backends", &RouteSpec::backends, "The models that share the requests.",
                   {.required = true, .min_items = 1, .max_items = 64, .key = "model"})
            .Field("fallbacks", &RouteSpec::fallbacks,
                   "Who answers where no backend can, in this order.", {.max_items = 16})
            .Field("canary", &RouteSpec::canary, "A model on trial.")
            .Field("retry", &RouteSpec::retry, "How long and how often an answer is tried.")
            .Field("cache", &RouteSpec::cache, "Answers kept and given again; off if not said.");
    return kDescription;
}

}  // namespace argosy::resources
