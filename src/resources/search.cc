#include "resources/search.h"

namespace argosy::resources {

std::span<const Choice<AttributeType>> Choices(AttributeType) {
    static constexpr Choice<AttributeType> kChoices[] = {
        {AttributeType::kText, "text", "words: a question may name one"},
        {AttributeType::kNumber, "number", "numbers: a question may name a bound"},
        {AttributeType::kBool, "bool", "yes or no"}};
    return kChoices;
}

const Description<Attribute>& Describe(const Attribute*) {
    static const auto kDescription =
        Description<Attribute>("Attribute",
                               "Metadata that a question may name: \"blue\", \"under 80 dollars\".")
            .Field("name", &Attribute::name, "The metadata's name: of a table, the column.",
                   {.required = true, .max_length = 253})
            .Field("type", &Attribute::type, "What its values are.")
            .Field("description", &Attribute::description, "What it means, for models and people.")
            .Field("words", &Attribute::words,
                   "Words that a question uses for it, e.g. price, cost, dollars.")
            .Field("scale", &Attribute::scale,
                   "What one of a question's units is in the metadata: 100 where a question says "
                   "dollars and the column has cents.",
                   {.min = 0.000001, .max = 1e9})
            .Field("synonyms", &Attribute::synonyms,
                   "Other words for a value: kids is also meant by daughter and son.");
    return kDescription;
}

const Description<Preference>& Describe(const Preference*) {
    static const auto kDescription =
        Description<Preference>("Preference", "What is rather shown, where anything else fits too.")
            .Field("attribute", &Preference::attribute, "The metadata's name.",
                   {.required = true, .max_length = 253})
            .Field("above", &Preference::above, "Its number is above this.")
            .Field("below", &Preference::below, "Its number is below this.")
            .Field("is", &Preference::is, "It has this value.")
            .Holds(ExactlyOne({"above", "below", "is"}));
    return kDescription;
}

const Description<Search>& Describe(const Search*) {
    static const auto kDescription =
        Description<Search>("Search", "How pieces are found.")
            .Field("limit", &Search::limit, "Pieces that a search gives.", {.min = 1, .max = 100})
            .Field("candidates", &Search::candidates,
                   "Pieces that each way of searching gives before they are fused and reranked.",
                   {.min = 1, .max = 1000})
            .Field("denseWeight", &Search::dense_weight,
                   "How much nearness in meaning counts in the fused order.",
                   {.min = 0, .max = 100})
            .Field("lexicalWeight", &Search::lexical_weight,
                   "How much shared words count in the fused order.", {.min = 0, .max = 100})
            .Field("minScore", &Search::min_score,
                   "Pieces below this score of the last stage are left out.")
            .Field("selfQuery", &Search::self_query,
                   "Filter by prices and attributes that the question names.")
            .Field("attributes", &Search::attributes,
                   "What a question may name; without any, what the metadata shows by itself.",
                   {.key = "name"})
            .Field("kindAttribute", &Search::kind_attribute,
                   "The attribute that says what kind of thing a piece is (category): what is like "
                   "a thing that the question names, or compared with it, is of its kind.",
                   {.max_length = 253})
            .Field("related", &Search::related,
                   "Pieces of the same kind shown beside a thing that the question names.",
                   {.min = 0, .max = 20})
            .Field("prefer", &Search::prefer,
                   "What is rather shown, where something meets it besides all else: what is in "
                   "stock.")
            .Field("mmr", &Search::mmr,
                   "Variety in what is found, from 0 (none) to 1 (maximal marginal relevance).",
                   {.min = 0, .max = 1})
            .Holds(NotMoreThan("limit", "candidates"));
    return kDescription;
}

}  // namespace argosy::resources
