#include "tune/shop_answers.h"

#include "base/json_lines.h"
#include "lifecycle/shop/catalogue.h"

namespace argosy::tune {

namespace {

using lifecycle::Example;
using lifecycle::shop::AnswerScore;
using lifecycle::shop::Catalogue;
using lifecycle::shop::Truth;

struct Sheet {
    std::vector<Example> rows;
    std::vector<Truth> truths;  // parallel
};

Result<void> AddRow(const json::value& row, Sheet& sheet) {
    ARGOSY_TRY(Example example, lifecycle::ParseExample(row));
    const json::value* truth = row.get_object().if_contains("truth");
    if (truth == nullptr || example.kind != Example::Kind::kChat) {
        return Err(ErrorCode::kInvalidArgument,
                   "a row of evaluation has to have \"messages\" and \"truth\"");
    }
    if (!HasAnswer(example)) {
        return Err(ErrorCode::kInvalidArgument,
                   "a row of evaluation has to have an assistant's message in plain text");
    }
    ARGOSY_TRY(Truth parsed, Truth::Parse(*truth));
    sheet.rows.push_back(std::move(example));
    sheet.truths.push_back(std::move(parsed));
    return {};
}

}  // namespace

json::object ShopAnswers::ToJson() const {
    json::object kinds;
    for (const auto& [kind, sheet] : by_kind) kinds[kind] = sheet.ToJson();
    json::array list;
    for (const WrongAnswer& one : wrong) {
        json::array problems(one.problems.begin(), one.problems.end());
        list.push_back(json::object{{"line", one.line},
                                    {"kind", one.kind},
                                    {"wanted", one.wanted},
                                    {"answer", one.answer},
                                    {"problems", std::move(problems)}});
    }
    return {{"all", all.ToJson()}, {"by_kind", std::move(kinds)}, {"wrong", std::move(list)}};
}

Result<ShopAnswers> ScoreShopAnswers(std::unique_ptr<ModelFile> model,
                                     const std::filesystem::path& folder,
                                     const AnswerOptions& options) {
    ARGOSY_TRY(const Catalogue catalogue, Catalogue::Load(folder / "catalog.csv"));
    Sheet sheet;
    ARGOSY_CHECK_OK(ForEachJsonLine(
        folder / "eval.jsonl", [&sheet](const json::value& row) { return AddRow(row, sheet); }));
    const std::shared_ptr<const ModelFile> shared = std::move(model);
    ARGOSY_TRY(const auto tokenizer, LoadTokenizer(*shared));
    ARGOSY_TRY(const ChatFormat format, ChatFormat::Load(*shared, *tokenizer));
    ARGOSY_TRY(const auto questions, MakeQuestions(sheet.rows, *tokenizer, format));
    ARGOSY_TRY(const auto answers, AnswerAll(shared, questions, *tokenizer, format, options));
    ShopAnswers result;
    for (size_t i = 0; i < answers.size(); ++i) {
        const Truth& truth = sheet.truths[i];
        AnswerScore score = ScoreAnswer(answers[i], truth, catalogue);
        result.all.Add(score);
        result.by_kind[truth.kind].Add(score);
        if (score.right_product && score.facts_right == score.facts_cited) continue;
        result.wrong.push_back(
            {i + 1, truth.kind, questions[i].wanted, answers[i], std::move(score.problems)});
    }
    return result;
}

}  // namespace argosy::tune
