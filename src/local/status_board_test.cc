#include "local/status_board.h"

#include <gtest/gtest.h>

namespace argosy::local {
namespace {

const ResourceId kShop{resources::Kind::kAssistant, "shop"};

struct Board {
    int64_t now = 1'764'060'140'000;  // 2025-11-25T08:42:20Z
    std::vector<std::pair<std::string, bool>> heard;
    StatusBoard board{[this] { return now; },
                      [this](const ResourceStatus& status, bool progress) {
                          heard.emplace_back(status.message, progress);
                      }};
};

TEST(StatusBoard, CountsTimeByStateAndEventsByReason) {
    Board b;
    b.board.Set(kShop, State::kProgressing, "Waiting", "waits");
    b.now += 1000;
    b.board.Set(kShop, State::kProgressing, "Starting", "starts");
    b.now += 1000;
    b.board.Set(kShop, State::kProgressing, "Starting", "half way");
    const auto on_its_way = b.board.Find(kShop);
    ASSERT_TRUE(on_its_way);
    EXPECT_EQ(FormatTime(on_its_way->since), "2025-11-25T08:42:20Z");
    EXPECT_EQ(on_its_way->message, "half way");
    EXPECT_EQ(on_its_way->events.size(), 2U);
    b.now += 1000;
    b.board.Set(kShop, State::kReady, "Running", "runs");
    const auto ready = b.board.Find(kShop);
    EXPECT_EQ(FormatTime(ready->since), "2025-11-25T08:42:23Z");
    EXPECT_EQ(ready->events.back().message, "runs");
    using Heard = std::vector<std::pair<std::string, bool>>;
    EXPECT_EQ(b.heard,
              (Heard{{"waits", false}, {"starts", false}, {"half way", true}, {"runs", false}}));
}

TEST(StatusBoard, SaysNothingTwice) {
    Board b;
    b.board.Set(kShop, State::kReady, "Running", "runs");
    b.board.Set(kShop, State::kReady, "Running", "runs");
    EXPECT_EQ(b.heard.size(), 1U);
}

TEST(StatusBoard, KeepsTheLastEventsOnly) {
    Board b;
    for (size_t i = 0; i < 2 * StatusBoard::kMaxEvents; ++i) {
        b.board.Set(kShop, State::kDegraded, std::to_string(i), "no");
    }
    const auto status = b.board.Find(kShop);
    EXPECT_EQ(status->events.size(), StatusBoard::kMaxEvents);
    EXPECT_EQ(status->events.back().reason, std::to_string(2 * StatusBoard::kMaxEvents - 1));
}

TEST(StatusBoard, TellsConditionsAsKubernetesDoes) {
    Board b;
    b.board.Set(kShop, State::kDegraded, "NotFound", "the model is not there");
    b.board.SetDetails(kShop, {{"model", "chat"}});
    const json::object all = b.board.Find(kShop)->ToJson(true);
    const json::object& condition = all.at("conditions").as_array().at(0).as_object();
    EXPECT_EQ(condition.at("status"), "False");
    EXPECT_EQ(condition.at("reason"), "NotFound");
    EXPECT_EQ(all.at("kind"), "Assistant");
    EXPECT_EQ(all.at("details").as_object().at("model"), "chat");
    EXPECT_FALSE(b.board.Find(kShop)->ToJson(false).contains("events"));
    b.board.Remove(kShop);
    EXPECT_FALSE(b.board.Find(kShop));
    EXPECT_TRUE(b.board.All().empty());
}

}  // namespace
}  // namespace argosy::local
