#include "lifecycle/dataset.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace argosy::lifecycle {
namespace {

class DatasetTest : public ::testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/argosy_dataset_XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        dir_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(dir_); }

    std::filesystem::path Write(const char* name, std::string_view text) {
        std::ofstream(dir_ / name, std::ios::binary) << text;
        return dir_ / name;
    }
    // "file:line: problem" of each bad row, without the folder.
    std::vector<std::string> Problems(const DatasetOptions& options) {
        const auto data = LoadDataset(options);
        std::vector<std::string> out;
        if (data) return out;
        for (const BadRow& row : data.error().rows) {
            std::string text = row.ToString();
            if (text.starts_with(dir_.string())) text.erase(0, dir_.string().size() + 1);
            out.push_back(text);
        }
        return out;
    }
    std::filesystem::path dir_;
};

TEST_F(DatasetTest, NamesEveryBadRowWithWhatWouldBeRight) {
    const auto path = Write("t.jsonl",
                            R"({"messages": [{"role": "user", "content": "a"}]}
{"messages": [{"role": "asistant", "content": "a"}]}
not json

{"mesages": []}
{"messages": [{"role": "user", "content": 7}, {"role": "assistant", "content": "b"}]}
{"prompt": "a"}
[1]
{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 2}]}
{"text": " "}
{"messages": [{"role": "user", "content": "a"}, {"role": "assistant"}]}
{"prompt": "a", "completion": "b"}
)");
    const auto problems = Problems({.train = {path}});
    const std::vector<std::string> wanted = {
        "t.jsonl:1: the last message is of role 'user'; it has to be the assistant's answer",
        ("t.jsonl:2: messages[0]: role is 'asistant'; it has to be one of system, user, "
         "assistant, tool (did you mean 'assistant'?)"),
        "t.jsonl:3: not JSON at offset",
        "t.jsonl:5: unknown form with key 'mesages'; did you mean 'messages'? a row has",
        "t.jsonl:6: messages[0]: content has to be a string, but is a number",
        "t.jsonl:7: 'completion' is missing; a row has",
        "t.jsonl:8: the row is an array, not an object; a row has",
        "t.jsonl:9: messages[1]: weight has to be 0 or 1",
        "t.jsonl:10: 'text' is empty",
        "t.jsonl:11: messages[1]: content is missing; it has to be a string"};
    ASSERT_EQ(problems.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_TRUE(problems[i].starts_with(wanted[i])) << problems[i];
    }
}

TEST_F(DatasetTest, BoundsTheListOfBadRowsAndCountsAll) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "{}\n";
    const auto data = LoadDataset({.train = {Write("t.jsonl", text)}, .max_bad_rows = 3});
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().rows.size(), 3u);
    EXPECT_EQ(data.error().total, 500u);
    EXPECT_TRUE(data.error().ToString().contains("and 497 more")) << data.error().ToString();
}

TEST_F(DatasetTest, NamesFilesThatAreMissingOrOfAnUnknownKind) {
    const auto problems = Problems({.train = {dir_ / "none.jsonl", Write("t.xml", "<a/>")}});
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_EQ(problems[0], "none.jsonl: no such file");
    EXPECT_EQ(problems[1], "t.xml: unknown kind of file; name it .jsonl, .csv or .tsv");
    EXPECT_EQ(Problems({.train = {Write("e.jsonl", "\n")}}).size(), 1u);
    EXPECT_EQ(Problems({.train = {Write("g.jsonl", R"({"text": "a"})")}, .eval_share = 0.9}).size(),
              1u);
}

TEST_F(DatasetTest, ReadsCsvWithAMappingAndNamesItsBadRows) {
    const auto path = Write("t.csv",
                            "id;Frage;Antwort\r\n1;\"Was\nist; das?\";Tee\r\n2;x\r\n"
                            "3;Wo?;\xFF\r\n4;Ja?;Nein\r\n");
    const auto columns = OrThrow(CsvColumns::Parse("user=Frage,assistant=Antwort"));
    const auto problems = Problems({.train = {path}, .columns = columns});
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_EQ(problems[0], "t.csv:4: the row has 2 fields where the header has 3");
    EXPECT_TRUE(problems[1].starts_with("t.csv:5: the row is not UTF-8"));
    const auto good = LoadDataset(
        {.train = {Write("g.csv", "question,answer\na,b\n\"c\",\"d,e\"\n")}, .eval_share = 0});
    ASSERT_TRUE(good) << good.error().ToString();
    EXPECT_EQ(good->train[1].text, "d,e");
    EXPECT_EQ(good->train[1].line, 3u);
}

TEST_F(DatasetTest, NamesAColumnThatIsNotThere) {
    const auto columns = OrThrow(CsvColumns::Parse("prompt=Qestion,completion=Answer"));
    const auto problems =
        Problems({.train = {Write("t.csv", "Question,Answer\na,b\n")}, .columns = columns});
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0],
              "t.csv:1: no column 'Qestion'; the file has Question, Answer (did you mean "
              "'Question'?)");
    EXPECT_FALSE(CsvColumns::Parse("promt=a"));
    EXPECT_FALSE(CsvColumns::Parse("prompt"));
    EXPECT_EQ(Problems({.train = {Write("u.csv", "a,b\n1,2\n")}}).size(), 1u);
}

TEST_F(DatasetTest, TakesASeparateFileForEvaluation) {
    const auto data = LoadDataset({.train = {Write("t.jsonl", "{\"text\": \"a\"}\n")},
                                   .eval = {Write("e.tsv", "text\nb\nc\n")}});
    ASSERT_TRUE(data);
    EXPECT_EQ(data->train.size(), 1u);
    ASSERT_EQ(data->eval.size(), 2u);
    EXPECT_TRUE(data->PlaceOf(data->eval[1]).ends_with("e.tsv:3"));
}

Dataset Texts(const std::vector<int>& values) {
    Dataset data;
    for (const int value : values) {
        data.train.push_back({.kind = Example::Kind::kText, .text = std::to_string(value)});
    }
    return data;
}

std::vector<std::string> Sorted(const std::vector<Example>& rows) {
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (const Example& row : rows) out.push_back(row.text);
    std::ranges::sort(out);
    return out;
}

RC_GTEST_PROP(SplitForEvaluation, DependsOnContentsAndSeedAlone, (uint8_t seed)) {
    const auto values = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60));
    auto shuffled = values;
    std::ranges::reverse(shuffled);
    Dataset a = Texts(values);
    Dataset b = Texts(shuffled);
    SplitForEvaluation(a, 0.2, seed);
    SplitForEvaluation(b, 0.2, seed);
    RC_ASSERT(Sorted(a.eval) == Sorted(b.eval));
    RC_ASSERT(a.eval.size() + a.train.size() == values.size());
    const auto train = Sorted(a.train);
    for (const Example& row : a.eval) {
        RC_ASSERT(!std::ranges::binary_search(train, row.text));
    }
    RC_ASSERT(values.empty() || !a.train.empty());
}

}  // namespace
}  // namespace argosy::lifecycle
