#include "lifecycle/shop/faq.h"

#include <fmt/format.h>

namespace argosy::lifecycle::shop {

namespace {

constexpr const char* kSystem =
    "You answer questions about Waypoint Rewards, the loyalty programme "
    "of our shop.";
// {} is the question as it stands, or with a small first letter.
constexpr const char* kPolite[] = {"Hi! {}", "Hello, {}", "{} Thanks!", "Please tell me: {}",
                                   "I have a question about the rewards programme. {}"};

json::object Row(std::string_view question, std::string_view answer) {
    return {{"messages",
             {{{"role", "system"}, {"content", kSystem}},
              {{"role", "user"}, {"content", question}},
              {{"role", "assistant"}, {"content", answer}}}}};
}

}  // namespace

const std::vector<FaqFact>& FaqFacts() {
    static const std::vector<FaqFact> kAll = [] {
        std::vector<FaqFact> all = internal::JoiningFacts();
        for (const auto& part :
             {internal::PointFacts(), internal::TierFacts(), internal::ServiceFacts()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return kAll;
}

std::vector<json::object> FaqTrainRows(Random& random) {
    std::vector<json::object> rows;
    for (const FaqFact& fact : FaqFacts()) {
        for (const std::string_view question : fact.asked) {
            rows.push_back(Row(question, fact.answer));
            const char* pattern = random.Pick(kPolite);
            rows.push_back(Row(fmt::format(fmt::runtime(pattern), question), fact.answer));
        }
    }
    random.Shuffle(rows);
    return rows;
}

std::vector<json::object> FaqEvalRows() {
    std::vector<json::object> rows;
    for (const FaqFact& fact : FaqFacts()) {
        for (const std::string_view question : fact.held_out) {
            json::object row = Row(question, fact.answer);
            row["truth"] =
                json::object{{"fact", fact.id}, {"value", fact.value}, {"answer", fact.answer}};
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

std::string FaqMarkdown() {
    std::string page = "# Waypoint Rewards: questions and answers\n";
    for (const FaqFact& fact : FaqFacts()) {
        page += fmt::format("\n## {}\n{}\n", fact.asked[0], fact.answer);
    }
    return page;
}

}  // namespace argosy::lifecycle::shop
