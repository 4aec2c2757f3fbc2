#include "tune/shop_answers.h"

#include <fstream>

#include "base/check.h"
#include "base/line_reader.h"
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

Result<void> AddRow(const std::string& line, Sheet& sheet) {
    boost::system::error_code failure;
    const json::value row = json::parse(line, failure);
    if (failure) return Err(ErrorCode::kInvalidArgument, "not JSON: {}", failure.message());
    ARGOSY_TRY(Example example, lifecycle::ParseExample(row));
    const json::value* truth = row.get_object().if_contains("truth");
    if (truth == nullptr || example.kind != Example::Kind::kChat) {
        return Err(ErrorCode::kInvalidArgument,
                   "a row of evaluation has to have \"messages\" and \"truth\"");
    }
    ARGOSY_TRY(Truth parsed, Truth::Parse(*truth));
    sheet.rows.push_back(std::move(example));
    sheet.truths.push_back(std::move(parsed));
    return {};
}

Result<Sheet> ReadSheet(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Err(ErrorCode::kNotFound, "cannot open {}", path.string());
    LineReader lines(in);
    Sheet sheet;
    std::string line;
    while (true) {
        ARGOSY_TRY(const bool more, lines.Next(line));
        if (!more) return sheet;
        if (auto added = AddRow(line, sheet); !added) {
            return At(fmt::format("{}:{}", path.string(), lines.line()), std::move(added.error()));
        }
    }
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
    ARGOSY_TRY(const Sheet sheet, ReadSheet(folder / "eval.jsonl"));
    const std::shared_ptr<const ModelFile> shared = std::move(model);
    ARGOSY_TRY(const auto tokenizer, LoadTokenizer(*shared));
    ARGOSY_TRY(const ChatFormat format, ChatFormat::Load(*shared, *tokenizer));
    ARGOSY_TRY(const auto questions, MakeQuestions(sheet.rows, *tokenizer, format));
    ARGOSY_CHECK(questions.size() == sheet.rows.size());  // each row ends with an answer
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
