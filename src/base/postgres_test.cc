#include "base/postgres.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

TEST(Postgres, SaysThatNoServerIsThereWithoutThePassword) {
    const auto db = PostgresConnection::Open({.url = "postgresql://u:hunter2@127.0.0.1:1/db"});
    ASSERT_FALSE(db);
    EXPECT_EQ(db.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(db.error().ToString().find("hunter2"), std::string::npos);
    PostgresPool pool({.url = "postgresql://u:hunter2@127.0.0.1:1/db"});
    const auto done = pool.Within([](PostgresConnection&) -> Result<int> { return 1; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kUnavailable);
}

TEST(Postgres, ReplacesWhatItCannotKeep) {
    EXPECT_EQ(WithoutNul(std::string("a\0b\0", 4)),
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD");
    EXPECT_EQ(WithoutNul("plain"), "plain");
    EXPECT_EQ(JsonWithoutNul(R"({"a":"x\u0000y"})"), "{\"a\":\"x\xEF\xBF\xBDy\"}");
    // A backslash and then the letters.
    EXPECT_EQ(JsonWithoutNul(R"({"a":"\\u0000"})"), R"({"a":"\\u0000"})");
    EXPECT_EQ(JsonWithoutNul(R"({"a":"\\\u0000"})"), "{\"a\":\"\\\\\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace argosy
