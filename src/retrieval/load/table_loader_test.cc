#include "retrieval/load/table_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "retrieval/load/record_mapping.h"
#include "retrieval/load/testing/loaded.h"
#include "retrieval/load/typed_value.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class TableLoaderTest : public ::testing::Test {
  protected:
    testing::Loaded Load(std::string_view content, const std::string& name = "shop.csv") {
        return testing::LoadAll(folder_.Write(name, content), options_);
    }
    testing::TestFolder folder_;
    LoadOptions options_;
};

TEST(TypedValue, IsTheValueUnlessThatLosesSomething) {
    EXPECT_EQ(TypedValue("12"), json::value(12));
    EXPECT_EQ(TypedValue("-3"), json::value(-3));
    EXPECT_EQ(TypedValue("79.50"), json::value(79.5));
    EXPECT_EQ(TypedValue("1e5"), json::value(1e5));
    EXPECT_EQ(TypedValue("TRUE"), json::value(true));
    EXPECT_EQ(TypedValue("false"), json::value(false));
    for (const char* text : {"007", "+49", "12345678901234567890", "nan", "inf", "1.2.3", "", " 1",
                             "-", "10 cm", "0x10", "1-2", "truth"}) {
        EXPECT_EQ(TypedValue(text), json::value(text)) << text;
    }
}

TEST(TextTemplate, RendersColumnsAndBraces) {
    const auto text = OrThrow(TextTemplate::Parse("{{{name}}} costs {price}"));
    EXPECT_THAT(text.Columns(), ElementsAre("name", "price"));
    EXPECT_EQ(text.Render([](const std::string& name) { return "<" + name + ">"; }),
              "{<name>} costs <price>");
    for (const char* bad : {"{name", "name}", "{}", "{a{b}}"}) {
        EXPECT_FALSE(TextTemplate::Parse(bad)) << bad;
    }
    EXPECT_THAT(TextTemplate::Parse("ab {c").error().message, HasSubstr("offset 3"));
}

TEST_F(TableLoaderTest, MakesADocumentOfARow) {
    options_.table = {.id_column = "sku",
                      .text_template = "{name}: {about}",
                      .metadata_columns = {"price", "in_stock", "name", "size"}};
    const auto loaded =
        Load("sku,name,about,price,in_stock,size\nT1,Tent,\"For two,\nlight\",79.50,true,\n");
    ASSERT_EQ(loaded.documents.size(), 1u) << loaded.report.ToJson();
    const Document& tent = loaded.documents[0];
    EXPECT_EQ(tent.id, "T1");
    EXPECT_THAT(tent.source, EndsWith("shop.csv#row=2"));
    EXPECT_EQ(tent.title, "Tent");
    EXPECT_EQ(tent.text, "Tent: For two,\nlight");
    EXPECT_EQ(tent.metadata, (json::object{{"name", "Tent"}, {"price", 79.5}, {"in_stock", true}}));
    EXPECT_TRUE(loaded.report.whole());
}

TEST_F(TableLoaderTest, TakesAllColumnsWhereNoneIsNamed) {
    const auto loaded = Load("\xEF\xBB\xBFName;price\nTent;79.50\nStove;\n");
    ASSERT_EQ(loaded.documents.size(), 2u);
    EXPECT_EQ(loaded.documents[0].text, "Name: Tent\nprice: 79.50");
    EXPECT_THAT(loaded.documents[0].id, EndsWith("shop.csv#row=2"));
    EXPECT_EQ(loaded.documents[1].title, "Stove");
    EXPECT_EQ(loaded.documents[1].text, "Name: Stove");
}

TEST_F(TableLoaderTest, ReportsMalformedRowsAndReadsOn) {
    options_.table.id_column = "id";
    const auto loaded = Load("id,text\n1,one\n2,too,many\n3,\xE4\n,no id\n5,five\n6,\n");
    ASSERT_EQ(loaded.documents.size(), 2u);
    EXPECT_EQ(loaded.documents[1].id, "5");
    EXPECT_THAT(loaded.problems(),
                ElementsAre(HasSubstr("shop.csv:3: "),
                            HasSubstr("shop.csv:4: byte 0 of the column "
                                      "'text' is not UTF-8"),
                            HasSubstr("shop.csv:5: the id column 'id' is empty")));
    EXPECT_EQ(loaded.report.notes.total, 1u);  // the row without text
    EXPECT_FALSE(loaded.report.whole());
}

TEST_F(TableLoaderTest, NamesTheNearestColumn) {
    options_.table.text_columns = {"descripton"};
    EXPECT_THAT(Load("id,description\n1,a\n").problems(),
                ElementsAre(HasSubstr("did you mean 'description'?")));
    options_.table.text_template = "{x}";
    EXPECT_THAT(Load("x\n1\n").problems(), ElementsAre(HasSubstr("twice")));
}

TEST_F(TableLoaderTest, ReadsTsvAndUtf16) {
    EXPECT_EQ(Load("id\ttext\n1\ta,b\n", "a.tsv").documents.at(0).text, "a,b");
    std::string utf16 = "\xFF\xFE";
    for (const char c : std::string_view("id,text\n1,hi\n")) utf16 += std::string{c, '\0'};
    EXPECT_EQ(Load(utf16).documents.at(0).text, "hi");
}

TEST_F(TableLoaderTest, ReadsJsonl) {
    const auto loaded = Load(
        "{\"id\": 7, \"text\": \"seven\", \"tags\": [\"a\"], \"price\": 1.5, \"gone\": null}\n\n"
        "[1]\n{\"id\": \"8\"\n{\"id\": \"9\", \"title\": \"Nine\", \"text\": \"n\"}\n",
        "a.jsonl");
    ASSERT_EQ(loaded.documents.size(), 2u);
    EXPECT_EQ(loaded.documents[0].id, "7");
    EXPECT_EQ(loaded.documents[0].text, "seven");
    EXPECT_EQ(loaded.documents[0].metadata,
              json::parse(R"({"id":7,"text":"seven","tags":["a"],"price":1.5})"));
    EXPECT_EQ(loaded.documents[1].title, "Nine");
    EXPECT_THAT(loaded.problems(),
                ElementsAre(HasSubstr("a.jsonl:3: not a JSON object"), HasSubstr("a.jsonl:4: ")));
}

TEST_F(TableLoaderTest, StopsWhenTheCallerHasEnough) {
    const std::string path = folder_.Write("a.csv", "text\na\nb\nc\n");
    size_t seen = 0;
    std::vector<size_t> progress;
    options_.on_progress = [&](const LoadProgress& now) { progress.push_back(now.documents); };
    const LoadReport report =
        LoadDocuments(path, options_, [&](const Document&) { return ++seen < 2; });
    EXPECT_EQ(seen, 2u);
    EXPECT_TRUE(report.cancelled);
    EXPECT_FALSE(report.whole());
    EXPECT_THAT(progress, ElementsAre(0, 1, 2, 2));
}

TEST_F(TableLoaderTest, KeepsAHundredProblemsAndCountsAll) {
    std::string rows = "a,b\n";
    for (int i = 0; i < 500; ++i) rows += "1\n";
    const auto loaded = Load(rows);
    EXPECT_EQ(loaded.report.problems.total, 500u);
    EXPECT_EQ(loaded.report.problems.first.size(), LoadRemarks::kMaxKept);
}

}  // namespace
}  // namespace argosy::retrieval
