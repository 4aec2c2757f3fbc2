#include "base/line_reader.h"

#include <gtest/gtest.h>

#include <sstream>

namespace argosy {
namespace {

TEST(LineReader, GivesLinesWithoutTheirEndsAndNamesOnesThatAreTooLong) {
    std::istringstream in(
        "\xEF\xBB\xBF"
        "one\r\n\n0123456789\nlast");
    LineReader reader(in, 8);
    std::string line;
    EXPECT_TRUE(OrThrow(reader.Next(line)));
    EXPECT_EQ(line, "one");
    EXPECT_TRUE(OrThrow(reader.Next(line)));
    EXPECT_EQ(line, "");
    EXPECT_EQ(reader.Next(line).error().message, "the line has 10 bytes, the limit is 8");
    EXPECT_EQ(reader.line(), 3u);
    EXPECT_TRUE(OrThrow(reader.Next(line)));
    EXPECT_EQ(line, "last");
    EXPECT_FALSE(OrThrow(reader.Next(line)));
}

}  // namespace
}  // namespace argosy
