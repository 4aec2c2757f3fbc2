#include "lifecycle/shop/score.h"

#include <algorithm>

#include "lifecycle/content_key.h"
#include "lifecycle/shop/fact_reader.h"

namespace argosy::lifecycle::shop {

namespace {

using namespace internal;

Result<std::vector<std::string>> Ids(const json::object& truth, std::string_view key) {
    const json::value* list = truth.if_contains(key);
    if (list == nullptr || !list->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "truth.{} has to be an array of product ids", key);
    }
    std::vector<std::string> ids;
    for (const json::value& id : list->get_array()) {
        if (!id.is_string()) {
            return Err(ErrorCode::kInvalidArgument, "truth.{} has to hold texts", key);
        }
        ids.emplace_back(id.get_string());
    }
    return ids;
}

Result<std::string> Text(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) {
        return Err(ErrorCode::kInvalidArgument, "truth: '{}' has to be a text", key);
    }
    return std::string(value->get_string());
}

Result<bool> Flag(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_bool()) {
        return Err(ErrorCode::kInvalidArgument, "truth.{} has to be true or false", key);
    }
    return value->get_bool();
}

Result<WantedFact> ParseFact(const json::value& value) {
    if (!value.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "truth.facts has to hold objects");
    }
    WantedFact fact;
    ARGOSY_TRY(fact.product, Text(value.get_object(), "product"));
    ARGOSY_TRY(fact.attribute, Text(value.get_object(), "attribute"));
    ARGOSY_TRY(fact.value, Text(value.get_object(), "value"));
    return fact;
}

bool SaysNone(std::string_view answer) {
    const std::string words = NormalisedText(answer);
    for (const std::string_view sign :
         {"could not find", "do not have", "don t have", "do not sell", "don t sell",
          "not available", "no such", "cannot find", "can t find", "can only help"}) {
        if (words.contains(sign)) return true;
    }
    return false;
}

bool Holds(const std::vector<std::string>& ids, const std::string& id) {
    return std::ranges::find(ids, id) != ids.end();
}

// The statement that a wanted fact would be read as.
std::string AsStated(const WantedFact& fact) {
    if (fact.attribute == "audience" || fact.attribute == "use") return "for " + fact.value;
    if (fact.attribute == "size") return "size " + fact.value;
    return fact.value;
}

bool NamesTheRightOnes(const Reading& reading, const Truth& truth, AnswerScore& score) {
    std::vector<std::string> named;
    for (const Mention& mention : reading.mentions) {
        if (mention.product == nullptr) {
            score.problems.emplace_back("cites a number that is not in the list");
            return false;
        }
        if (std::ranges::find(named, mention.product->id) == named.end()) {
            named.push_back(mention.product->id);
        }
    }
    if (!reading.citations_agree) {
        score.problems.emplace_back("cites another product than it names");
        return false;
    }
    const auto is_wanted = [&truth](const std::string& id) {
        return Holds(truth.first, id) || Holds(truth.also, id);
    };
    if (named.empty() != truth.first.empty() || !std::ranges::all_of(named, is_wanted)) {
        score.problems.emplace_back("names other products than are right");
        return false;
    }
    if (!named.empty() && !Holds(truth.first, named[0])) {
        score.problems.emplace_back("names the right products in the wrong order");
        return false;
    }
    if (truth.all && named.size() < 2) {
        score.problems.emplace_back("names one of two products that were asked about");
        return false;
    }
    return true;
}

void ScoreFacts(const Reading& reading, const Truth& truth, AnswerScore& score) {
    for (const Statement& statement : reading.statements) {
        ++score.facts_cited;
        if (IsTrue(statement)) {
            ++score.facts_right;
        } else {
            score.problems.push_back(
                fmt::format("says '{}' of {}", statement.text, statement.product->name));
        }
    }
    for (const WantedFact& fact : truth.facts) {
        const bool stated = std::ranges::any_of(reading.statements, [&](const Statement& s) {
            return s.product->id == fact.product && s.text == AsStated(fact);
        });
        if (!stated) ++score.facts_missing;
    }
}

double Share(size_t part, size_t whole) {
    return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Result<Truth> Truth::Parse(const json::value& value) {
    if (!value.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "truth has to be an object");
    }
    const json::object& object = value.get_object();
    Truth truth;
    ARGOSY_TRY(truth.kind, Text(object, "kind"));
    ARGOSY_TRY(truth.context, Ids(object, "context"));
    ARGOSY_TRY(truth.first, Ids(object, "first"));
    ARGOSY_TRY(truth.also, Ids(object, "also"));
    ARGOSY_TRY(truth.search, Text(object, "search"));
    ARGOSY_TRY(truth.all, Flag(object, "all"));
    ARGOSY_TRY(truth.none, Flag(object, "none"));
    const json::value* facts = object.if_contains("facts");
    if (facts == nullptr || !facts->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "truth needs an array 'facts'");
    }
    for (const json::value& fact : facts->get_array()) {
        ARGOSY_TRY(truth.facts.emplace_back(), ParseFact(fact));
    }
    return truth;
}

AnswerScore ScoreAnswer(std::string_view answer, const Truth& truth, const Catalogue& catalogue) {
    std::vector<const Product*> context;
    for (const std::string& id : truth.context) {
        if (const Product* product = catalogue.Find(id)) context.push_back(product);
    }
    const Reading reading = ReadAnswer(answer, context);
    AnswerScore score;
    score.right_product = NamesTheRightOnes(reading, truth, score);
    if (truth.none && !SaysNone(answer)) {
        score.right_product = false;
        score.problems.emplace_back("does not say that there is none");
    }
    if (!truth.first.empty() && SaysNone(answer)) {
        score.right_product = false;
        score.problems.emplace_back("says that there is none");
    }
    ScoreFacts(reading, truth, score);
    return score;
}

void ScoreSheet::Add(const AnswerScore& score) {
    ++answers;
    right_products += score.right_product ? 1 : 0;
    facts_cited += score.facts_cited;
    facts_right += score.facts_right;
    facts_missing += score.facts_missing;
}

double ScoreSheet::right_product_share() const { return Share(right_products, answers); }
double ScoreSheet::right_fact_share() const { return Share(facts_right, facts_cited); }

json::object ScoreSheet::ToJson() const {
    return {{"answers", answers},
            {"right_products", right_products},
            {"right_product_share", right_product_share()},
            {"facts_cited", facts_cited},
            {"facts_right", facts_right},
            {"facts_missing", facts_missing},
            {"right_fact_share", right_fact_share()}};
}

bool IsSameAnswer(std::string_view answer, std::string_view wanted) {
    return NormalisedText(answer) == NormalisedText(wanted);
}

}  // namespace argosy::lifecycle::shop
