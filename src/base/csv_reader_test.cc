#include "base/csv_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace argosy {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows ReadAll(const std::string& text, CsvOptions options = {}) {
    std::istringstream in(text);
    CsvReader reader(in, options);
    Rows rows;
    CsvRow row;
    while (OrThrow(reader.Next(row))) rows.push_back(row.fields);
    return rows;
}

TEST(CsvReader, ReadsQuotedFieldsWithDelimitersQuotesAndLineBreaks) {
    EXPECT_EQ(ReadAll("a,\"b,\"\"c\"\"\",\"d\ne\r\nf\"\r\ng,,\n"),
              (Rows{{"a", "b,\"c\"", "d\ne\r\nf"}, {"g", "", ""}}));
}

TEST(CsvReader, TakesAnyLineEndAndAByteOrderMarkAndNoLastLineEnd) {
    EXPECT_EQ(ReadAll("\xEF\xBB\xBF"
                      "a,b\r\nc,d\re,f\n\n\ng,h"),
              (Rows{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}}));
    EXPECT_EQ(ReadAll(""), Rows{});
    EXPECT_EQ(ReadAll("a\tb,c\n", {.delimiter = '\t'}), (Rows{{"a", "b,c"}}));
}

struct Outcome {
    size_t line;
    std::string problem;  // empty: a good row
};

std::vector<Outcome> Outcomes(const std::string& text, bool header) {
    std::istringstream in(text);
    CsvReader reader(in, {.max_row_bytes = 40});
    if (header) OrThrow(reader.ReadHeader());
    std::vector<Outcome> out;
    CsvRow row;
    while (true) {
        const auto more = reader.Next(row);
        if (more && !*more) return out;
        out.push_back({row.line, more ? "" : more.error().message});
    }
}

TEST(CsvReader, NamesEachBadRowByItsLineAndGoesOn) {
    const auto rows = Outcomes("a,b\n1,2\n1\n\"x\ny\",2\n\"q\"z,2\nbad\"quote,1\n1,2,3\n" +
                                   std::string(50, 'x') + "\n5,6\n\"open,\n",
                               true);
    ASSERT_EQ(rows.size(), 9u);
    EXPECT_EQ(rows[1].line, 3u);
    EXPECT_EQ(rows[1].problem, "the row has 1 fields where the header has 2");
    EXPECT_EQ(rows[2].line, 4u);
    EXPECT_EQ(rows[2].problem, "");
    EXPECT_EQ(rows[3].line, 6u);
    EXPECT_NE(rows[3].problem.find("text follows a closing quote"), std::string::npos);
    EXPECT_NE(rows[4].problem.find("no opening one"), std::string::npos);
    EXPECT_NE(rows[5].problem.find("3 fields"), std::string::npos);
    EXPECT_NE(rows[6].problem.find("longer than 40 bytes"), std::string::npos);
    EXPECT_EQ(rows[7].line, 10u);
    EXPECT_EQ(rows[7].problem, "");
    EXPECT_EQ(rows[8].problem,
              "the quote opened on line 11 is never closed; end the field with \"");
}

TEST(CsvReader, RefusesAHeaderThatNamesNothingOrTheSameTwice) {
    for (const char* text : {"", "a,,b\n", "a,b,a\n"}) {
        std::istringstream in(text);
        EXPECT_FALSE(CsvReader(in).ReadHeader()) << text;
    }
}

TEST(CsvReader, GuessesTheDelimiterOutsideQuotes) {
    EXPECT_EQ(GuessCsvDelimiter("a;b;\"c,d,e,f\""), ';');
    EXPECT_EQ(GuessCsvDelimiter("a\tb\tc,d"), '\t');
    EXPECT_EQ(GuessCsvDelimiter("one"), ',');
}

RC_GTEST_PROP(CsvReader, WhatIsWrittenIsReadBack, (const Rows& rows)) {
    std::string text;
    Rows wanted;
    for (const auto& fields : rows) {
        if (fields.empty() || (fields.size() == 1 && fields[0].empty())) continue;
        wanted.push_back(fields);
        for (size_t i = 0; i < fields.size(); ++i) text += (i ? "," : "") + CsvField(fields[i]);
        text += "\r\n";
    }
    RC_ASSERT(ReadAll(text) == wanted);
}

}  // namespace
}  // namespace argosy
