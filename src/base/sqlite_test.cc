#include "base/sqlite.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace argosy {
namespace {

// In a folder of this process and test.
std::filesystem::path FreshFile(const std::string& name) {
    const auto folder =
        std::filesystem::path(testing::TempDir()) / fmt::format("argosy_sqlite_{}", getpid());
    std::filesystem::create_directories(folder);
    for (const char* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(folder / (name + suffix));
    return folder / name;
}

std::string Pragma(const Sqlite& db, const std::string& name) {
    SqliteStatement read = OrThrow(db.Prepare("PRAGMA " + name));
    return OrThrow(read.Step()) ? read.Text(0) : "";
}

TEST(Sqlite, KeepsNumbersTextsAndBytesAsTheyAre) {
    const Sqlite db = OrThrow(Sqlite::Open(":memory:"));
    OrThrow(db.Execute("CREATE TABLE t (number INTEGER, text TEXT, bytes BLOB)"));
    const std::string text("a\0b", 3);
    const std::byte bytes[] = {std::byte{0}, std::byte{255}};
    SqliteStatement put = OrThrow(db.Prepare("INSERT INTO t VALUES (?, ?, ?)"));
    OrThrow(put.Bind(INT64_MIN).Bind(text).Bind(std::span<const std::byte>(bytes)).Run());
    OrThrow(put.Bind(2).Bind(std::string_view()).Bind(std::span<const std::byte>()).Run());
    EXPECT_EQ(db.Changes(), 1);
    EXPECT_EQ(db.LastRowId(), 2);
    SqliteStatement all = OrThrow(db.Prepare("SELECT * FROM t ORDER BY number"));
    ASSERT_TRUE(OrThrow(all.Step()));
    EXPECT_EQ(all.Int(0), INT64_MIN);
    EXPECT_EQ(all.Text(1), text);
    ASSERT_EQ(all.Blob(2).size(), 2U);
    EXPECT_EQ(all.Blob(2)[1], std::byte{255});
    ASSERT_TRUE(OrThrow(all.Step()));
    EXPECT_EQ(all.Text(1), "");
    EXPECT_TRUE(all.Blob(2).empty());
    EXPECT_FALSE(OrThrow(all.Step()));
}

TEST(Sqlite, HasThePragmasThatWereAskedFor) {
    const Sqlite full = OrThrow(Sqlite::Open(FreshFile("full.db")));
    EXPECT_EQ(Pragma(full, "journal_mode"), "wal");
    EXPECT_EQ(Pragma(full, "synchronous"), "2");
    EXPECT_EQ(Pragma(full, "secure_delete"), "0");
    EXPECT_EQ(Pragma(full, "foreign_keys"), "0");
    EXPECT_EQ(Pragma(full, "busy_timeout"), "5000");
    const SqliteOptions options{.sync_each_commit = false,
                                .secure_delete = true,
                                .foreign_keys = true,
                                .busy_timeout = std::chrono::milliseconds(7)};
    const Sqlite other = OrThrow(Sqlite::Open(FreshFile("other.db"), options));
    EXPECT_EQ(Pragma(other, "journal_mode"), "wal");
    EXPECT_EQ(Pragma(other, "synchronous"), "1");
    EXPECT_EQ(Pragma(other, "secure_delete"), "1");
    EXPECT_EQ(Pragma(other, "foreign_keys"), "1");
    EXPECT_EQ(Pragma(other, "busy_timeout"), "7");
}

TEST(Sqlite, RollsBackWhatWasNotCommitted) {
    const Sqlite db = OrThrow(Sqlite::Open(":memory:"));
    OrThrow(db.Execute("CREATE TABLE t (x)"));
    {
        const auto transaction = OrThrow(SqliteTransaction::Begin(db));
        OrThrow(db.Execute("INSERT INTO t VALUES (1)"));
    }
    auto transaction = OrThrow(SqliteTransaction::Begin(db));
    OrThrow(db.Execute("INSERT INTO t VALUES (2)"));
    OrThrow(transaction.Commit());
    SqliteStatement all = OrThrow(db.Prepare("SELECT sum(x) FROM t"));
    ASSERT_TRUE(OrThrow(all.Step()));
    EXPECT_EQ(all.Int(0), 2);
}

TEST(Sqlite, SaysWhatKindOfFailureItWasAndWhere) {
    const auto no_folder = Sqlite::Open("/nonexistent/folder/x.db");
    ASSERT_FALSE(no_folder);
    EXPECT_EQ(no_folder.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(no_folder.error().where, "/nonexistent/folder/x.db");

    const auto text_file = FreshFile("text.db");
    std::ofstream(text_file) << std::string(4096, 'x');
    const auto no_database = Sqlite::Open(text_file);
    ASSERT_FALSE(no_database);
    EXPECT_EQ(no_database.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(no_database.error().where, text_file.string());

    const auto file = FreshFile("busy.db");
    const SqliteOptions at_once{.busy_timeout = std::chrono::milliseconds(0)};
    const Sqlite first = OrThrow(Sqlite::Open(file, at_once));
    const Sqlite second = OrThrow(Sqlite::Open(file, at_once));
    const auto writing = OrThrow(SqliteTransaction::Begin(first));
    const auto refused = SqliteTransaction::Begin(second);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);

    const auto wrong = first.Prepare("SELEKT 1");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::kInternal);
    EXPECT_NE(wrong.error().message.find("SELEKT"), std::string::npos);
}

TEST(Sqlite, SaysThatADiskIsFull) {
    const Sqlite db = OrThrow(Sqlite::Open(":memory:"));
    OrThrow(db.Execute("PRAGMA max_page_count = 2; CREATE TABLE t (x)"));
    const auto full = db.Execute("INSERT INTO t VALUES (zeroblob(100000))");
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace argosy
