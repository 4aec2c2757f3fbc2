#include "base/json_lines.h"

#include <gtest/gtest.h>

#include <fstream>

namespace argosy {
namespace {

class ForEachJsonLineTest : public ::testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove(path_); }
    // The rows that were taken before the end, or the error.
    Result<int> Read(const std::string& text) {
        std::ofstream(path_) << text;
        int rows = 0;
        ARGOSY_CHECK_OK(ForEachJsonLine(path_, [&rows](const json::value& row) -> Result<void> {
            if (row == json::value("bad")) {
                return Err(ErrorCode::kUnsupported, "not this one");
            }
            ++rows;
            return {};
        }));
        return rows;
    }
    std::filesystem::path path_ =
        std::filesystem::path(testing::TempDir()) / "for_each_json_line.jsonl";
};

TEST_F(ForEachJsonLineTest, GivesEachRow) {
    EXPECT_EQ(OrThrow(Read("{\"a\":1}\n[2]\n\"three\"")), 3);
    EXPECT_EQ(OrThrow(Read("")), 0);
}

TEST_F(ForEachJsonLineTest, NamesTheLineThatEndsIt) {
    const std::string place = path_.string() + ":2: ";
    const auto broken = Read("1\n{\n3\n");
    ASSERT_FALSE(broken);
    EXPECT_TRUE(broken.error().ToString().starts_with(place + "not JSON"))
        << broken.error().ToString();
    const auto refused = Read("1\n\"bad\"\n3\n");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().ToString(), place + "not this one");
    EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
}

TEST_F(ForEachJsonLineTest, NamesAFileThatIsNotThere) {
    const auto gone = ForEachJsonLine("/nowhere/x.jsonl", {});
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace argosy
