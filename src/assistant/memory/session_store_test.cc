// One suite over every store. SQLite always; Redis and PostgreSQL where tests/assistant/stores.py
// has started them and tells their URLs.
#include "assistant/memory/session_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "assistant/memory/session_rules.h"

namespace argosy::assistant {
namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;
constexpr int64_t kDay = 86'400'000;

struct StoreCase {
    const char* name;
    const char* environment;  // the variable that has the URL; nullptr: SQLite
};

StoredMessage User(std::string text) { return {"user", std::move(text), kNow, {}}; }
StoredMessage Answer(std::string text) { return {"assistant", std::move(text), kNow, {}}; }

class SessionStoreTest : public testing::TestWithParam<StoreCase> {
  protected:
    void SetUp() override {
        if (GetParam().environment != nullptr && std::getenv(GetParam().environment) == nullptr) {
            GTEST_SKIP() << "no server: run `ctest -L stores`, which starts one";
        }
        Open({});
    }
    void TearDown() override {
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }
    void Open(const SessionLimits& limits) {
        store_.reset();
        store_ = OrThrow(OpenSessionStore(Url(), limits));
    }
    std::string Url() {
        if (GetParam().environment != nullptr) return std::getenv(GetParam().environment);
        if (folder_.empty()) {
            folder_ =
                std::filesystem::temp_directory_path() / ("argosy-sessions-" + NewSessionId());
            std::filesystem::create_directory(folder_);
        }
        return "sqlite://" + (folder_ / "sessions.db").string();
    }
    SessionKey Key(std::string session) const { return {assistant_, std::move(session)}; }
    void Add(const std::string& session, const std::string& user,
             std::vector<StoredMessage> messages, UnixMillis now = kNow) {
        const auto done = store_->Append(Key(session), user, messages, now);
        ASSERT_TRUE(done) << done.error().ToString();
    }
    std::optional<Session> Load(const std::string& session, UnixMillis now = kNow) {
        return OrThrow(store_->Load(Key(session), now));
    }

    // Of its own for each test, so that servers may be shared.
    std::string assistant_ = "shop-" + NewSessionId();
    std::filesystem::path folder_;
    std::unique_ptr<SessionStore> store_;
};

TEST_P(SessionStoreTest, KeepsMessagesInOrderWithAllTheyHave) {
    StoredMessage cited = Answer("The Alder Parka [1].\n\"Quoted\" \\ \xC3\xBC \xF0\x9F\x98\x80");
    cited.extra = {{"citations", json::array{1, "x"}}};
    cited.at = kNow + 5;
    Add("s1", "ann", {User("a jacket?"), cited});
    Add("s1", "ann", {User("and in blue?")}, kNow + 10);
    const auto session = Load("s1");
    ASSERT_TRUE(session);
    EXPECT_EQ(session->info.user, "ann");
    EXPECT_EQ(session->info.created, kNow);
    EXPECT_EQ(session->info.used, kNow + 10);
    EXPECT_EQ(session->info.messages, 3u);
    ASSERT_EQ(session->messages.size(), 3u);
    EXPECT_EQ(session->messages[1].role, "assistant");
    EXPECT_EQ(session->messages[1].content, cited.content);
    EXPECT_EQ(session->messages[1].extra, cited.extra);
    EXPECT_EQ(session->messages[1].at, kNow + 5);
    EXPECT_EQ(session->messages[2].content, "and in blue?");
    EXPECT_EQ(session->first, 0u);
    EXPECT_EQ(session->info.bytes, MessageBytes(User("a jacket?")) + MessageBytes(cited) +
                                       MessageBytes(User("and in blue?")));
}

TEST_P(SessionStoreTest, KnowsNothingOfWhatWasNeverThere) {
    EXPECT_FALSE(Load("none"));
    EXPECT_FALSE(OrThrow(store_->Delete(Key("none"))));
    EXPECT_FALSE(OrThrow(store_->SetSummary(Key("none"), "x", 1)));
    EXPECT_EQ(OrThrow(store_->Erase(assistant_, "nobody")), 0u);
    EXPECT_TRUE(OrThrow(store_->List(assistant_, "nobody", 10, kNow)).empty());
}

TEST_P(SessionStoreTest, IsTheSameAfterOpeningItAgain) {
    Add("s1", "ann", {User("hello")});
    Open({});
    ASSERT_TRUE(Load("s1"));
    EXPECT_EQ(Load("s1")->messages[0].content, "hello");
}

TEST_P(SessionStoreTest, DropsTheOldestBeyondTheBounds) {
    SessionLimits limits;
    limits.max_messages = 3;
    limits.max_bytes = 100;
    Open(limits);
    Add("s1", "ann", {User("1"), Answer("2"), User("3"), Answer("4"), User("5")});
    auto session = Load("s1");
    ASSERT_EQ(session->messages.size(), 3u);
    EXPECT_EQ(session->messages[0].content, "3");
    EXPECT_EQ(session->first, 2u);
    Add("s1", "ann", {Answer(std::string(99, 'x'))});
    session = Load("s1");
    ASSERT_EQ(session->messages.size(), 2u);
    EXPECT_EQ(session->messages[0].content, "5");
    EXPECT_EQ(session->info.bytes, 100u);
    EXPECT_EQ(session->first, 4u);
    // One that alone passes the bound stays: it was just said.
    Add("s1", "ann", {User(std::string(200, 'y'))});
    session = Load("s1");
    ASSERT_EQ(session->messages.size(), 1u);
    EXPECT_EQ(session->first, 6u);
}

TEST_P(SessionStoreTest, RefusesWhatIsTooLongOrBadlyNamedAndKeepsNothingOfIt) {
    SessionLimits limits;
    limits.max_message_bytes = 10;
    Open(limits);
    const std::vector<StoredMessage> two{User("short"), User(std::string(11, 'x'))};
    const auto long_one = store_->Append(Key("s1"), "ann", two, kNow);
    ASSERT_FALSE(long_one);
    EXPECT_EQ(long_one.error().code, ErrorCode::kResourceExhausted);
    EXPECT_FALSE(Load("s1"));
    const std::vector<StoredMessage> one{User("x")};
    for (const char* name : {"", "a b", "a:b", "{a}", "../x", "\xFF"}) {
        const auto bad = store_->Append(Key(name), "ann", one, kNow);
        ASSERT_FALSE(bad) << name;
        EXPECT_EQ(bad.error().code, ErrorCode::kInvalidArgument);
    }
    EXPECT_FALSE(store_->Append(Key("s1"), "a\nb", one, kNow));
    const std::vector<StoredMessage> broken{User("\xFF")};
    EXPECT_FALSE(store_->Append(Key("s1"), "ann", broken, kNow));
}

TEST_P(SessionStoreTest, GivesNoOneAnothersSession) {
    Add("s1", "ann", {User("mine")});
    const std::vector<StoredMessage> messages{User("let me in")};
    const auto other = store_->Append(Key("s1"), "bob", messages, kNow);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::kPermissionDenied);
    EXPECT_EQ(Load("s1")->messages.size(), 1u);
}

TEST_P(SessionStoreTest, ForgetsByAge) {
    SessionLimits limits;
    limits.max_age = std::chrono::milliseconds(kDay);
    Open(limits);
    Add("old", "ann", {User("x")}, kNow);
    Add("young", "ann", {User("y")}, kNow + kDay);
    EXPECT_TRUE(Load("old", kNow + kDay));
    EXPECT_FALSE(Load("old", kNow + kDay + 1));
    EXPECT_EQ(OrThrow(store_->List(assistant_, "ann", 10, kNow + kDay + 1)).size(), 1u);
    EXPECT_EQ(OrThrow(store_->Expire(assistant_, kNow + kDay + 1)), 1u);
    EXPECT_EQ(OrThrow(store_->Expire(assistant_, kNow + kDay + 1)), 0u);
    EXPECT_FALSE(Load("old", kNow));
    EXPECT_TRUE(Load("young", kNow + kDay + 1));
}

TEST_P(SessionStoreTest, BeginsAnOldSessionAgain) {
    SessionLimits limits;
    limits.max_age = std::chrono::milliseconds(kDay);
    Open(limits);
    Add("s1", "ann", {User("long ago")}, kNow);
    Add("s1", "bob", {User("now")}, kNow + kDay + 1);
    const auto session = Load("s1", kNow + kDay + 1);
    ASSERT_EQ(session->messages.size(), 1u);
    EXPECT_EQ(session->messages[0].content, "now");
    EXPECT_EQ(session->info.user, "bob");
    EXPECT_TRUE(OrThrow(store_->List(assistant_, "ann", 10, kNow + kDay + 1)).empty());
}

TEST_P(SessionStoreTest, KeepsSoManySessionsAndNoMore) {
    SessionLimits limits;
    limits.max_sessions = 2;
    Open(limits);
    Add("a", "ann", {User("x")}, kNow);
    Add("b", "ann", {User("x")}, kNow + 1);
    Add("a", "ann", {User("again")}, kNow + 2);
    Add("c", "bob", {User("x")}, kNow + 3);
    EXPECT_TRUE(Load("a"));
    EXPECT_FALSE(Load("b"));
    EXPECT_TRUE(Load("c"));
}

TEST_P(SessionStoreTest, KeepsTheSummaryThatCoversMost) {
    Add("s1", "ann", {User("1"), Answer("2"), User("3")});
    EXPECT_TRUE(OrThrow(store_->SetSummary(Key("s1"), "wants '1'", 2)));
    EXPECT_TRUE(OrThrow(store_->SetSummary(Key("s1"), "late and short", 1)));
    const auto session = Load("s1");
    EXPECT_EQ(session->summary, "wants '1'");
    EXPECT_EQ(session->summarised, 2u);
    EXPECT_EQ(session->messages.size(), 3u);
}

TEST_P(SessionStoreTest, ListsAUsersSessionsLastUsedFirst) {
    Add("a", "ann", {User("1")}, kNow);
    Add("b", "ann", {User("1"), Answer("22")}, kNow + 1);
    Add("c", "bob", {User("1")}, kNow + 2);
    Add("a", "ann", {User("1")}, kNow + 3);
    const auto list = OrThrow(store_->List(assistant_, "ann", 10, kNow + 3));
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].session, "a");
    EXPECT_EQ(list[1].session, "b");
    EXPECT_EQ(list[1].messages, 2u);
    EXPECT_EQ(list[1].bytes, 3u);
    EXPECT_EQ(OrThrow(store_->List(assistant_, "ann", 1, kNow + 3)).size(), 1u);
}

TEST_P(SessionStoreTest, ErasesAllOfAUserAndNothingElse) {
    Add("a", "ann", {User("my secret is xyzzy-plugh")});
    Add("b", "ann", {User("more")});
    Add("c", "bob", {User("bob's")});
    const std::string other = assistant_ + "-2";
    const std::vector<StoredMessage> messages{User("elsewhere")};
    OrThrow(store_->Append({other, "a"}, "ann", messages, kNow));
    EXPECT_EQ(OrThrow(store_->Erase(assistant_, "ann")), 2u);
    EXPECT_FALSE(Load("a"));
    EXPECT_TRUE(OrThrow(store_->List(assistant_, "ann", 10, kNow)).empty());
    EXPECT_TRUE(Load("c"));
    EXPECT_TRUE(OrThrow(store_->Load({other, "a"}, kNow)));
    if (folder_.empty()) return;
    // Not in the file either, nor in its log.
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
        std::ifstream in(file.path(), std::ios::binary);
        std::stringstream bytes;
        bytes << in.rdbuf();
        EXPECT_EQ(bytes.str().find("xyzzy-plugh"), std::string::npos) << file.path();
    }
}

TEST_P(SessionStoreTest, HandsOutAllThatItKeepsOfAUser) {
    Add("a", "ann", {User("hello"), Answer("hi")});
    Add("b", "ann", {User("more")}, kNow + 1);
    OrThrow(store_->SetSummary(Key("a"), "greeted", 1));
    const auto all = OrThrow(ExportUser(*store_, assistant_, "ann", kNow + 1));
    ASSERT_EQ(all.at("sessions").as_array().size(), 2u);
    const auto& a = all.at("sessions").at(1);
    EXPECT_EQ(a.at("session"), "a");
    EXPECT_EQ(a.at("summary"), "greeted");
    EXPECT_EQ(a.at("messages").at(1).at("content"), "hi");
    EXPECT_EQ(all.at("user"), "ann");
}

TEST_P(SessionStoreTest, DeletesOneSession) {
    Add("a", "ann", {User("x")});
    Add("b", "ann", {User("y")});
    EXPECT_TRUE(OrThrow(store_->Delete(Key("a"))));
    EXPECT_FALSE(Load("a"));
    EXPECT_EQ(OrThrow(store_->List(assistant_, "ann", 10, kNow)).size(), 1u);
}

TEST_P(SessionStoreTest, LosesNothingOfParallelAppends) {
    constexpr int kThreads = 4;
    constexpr int kEach = 10;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) Add("s1", "ann", {User("q"), Answer("a")});
        });
    }
    for (std::thread& thread : threads) thread.join();
    const auto session = Load("s1");
    ASSERT_EQ(session->messages.size(), size_t{2} * kThreads * kEach);
    for (size_t i = 0; i < session->messages.size(); ++i) {
        EXPECT_EQ(session->messages[i].role, i % 2 == 0 ? "user" : "assistant");
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionStoreTest,
                         testing::Values(StoreCase{"sqlite", nullptr},
                                         StoreCase{"redis", "ARGOSY_TEST_REDIS"},
                                         StoreCase{"rediss", "ARGOSY_TEST_REDISS"},
                                         StoreCase{"postgresql", "ARGOSY_TEST_POSTGRESQL"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(OpenSessionStore, TellsWhatIsWrongWithoutThePassword) {
    for (const char* url : {"mysql://u:hunter2@h", "redis://u:hunter2@127.0.0.1:1/0",
                            "postgresql://u:hunter2@127.0.0.1:1/db", "redis://u:hunter2@h/x",
                            "redis://u:hunter2@h/0?nope=1", "sqlite:///nonexistent/dir/x.db"}) {
        const auto store = OpenSessionStore(url, {});
        ASSERT_FALSE(store) << url;
        EXPECT_EQ(store.error().ToString().find("hunter2"), std::string::npos);
    }
}

}  // namespace
}  // namespace argosy::assistant
