#include "local/reconciler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/supervisor.h"

namespace argosy::local {
namespace {

using resources::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Model(const std::string& name, const std::string& more = "") {
    return fmt::format(
        "---\napiVersion: argosy.dev/v1alpha1\nkind: Model\nmetadata: {{name: {}}}\n"
        "spec: {{source: ./m.gguf{}}}\n",
        name, more);
}
std::string Assistant(const std::string& name, const std::string& model) {
    return fmt::format(
        "---\napiVersion: argosy.dev/v1alpha1\nkind: Assistant\nmetadata: {{name: "
        "{}}}\nspec: {{prompt: Help., model: {}}}\n",
        name, model);
}
Application Parse(const std::string& text) {
    auto application = resources::ParseApplication(text);
    EXPECT_TRUE(application.has_value()) << ToError(application.error()).message;
    return application ? *application : Application{};
}

/// Starts whatever is not told to fail.
class FakeStarter final : public Starter {
  public:
    Result<Started> Start(const ResourceId& id, const Application&, const Parts& running,
                          const StartContext& context) override {
        started.push_back(id.name);
        had[id.name] = running.size();
        context.progress("half way");
        if (const auto failure = failures.find(id.name); failure != failures.end()) {
            return std::unexpected(failure->second);
        }
        Started out{std::make_shared<const Part>(), "runs", warnings[id.name]};
        ended[id.name] = out.part;
        return out;
    }
    std::vector<std::string> started;
    std::map<std::string, Error> failures;
    std::map<std::string, std::vector<std::string>> warnings;
    std::map<std::string, size_t> had;
    std::map<std::string, std::weak_ptr<const Part>> ended;  // the last part of each
};

class ReconcilerTest : public ::testing::Test {
  protected:
    ResourceStatus Of(Kind kind, const std::string& name) {
        const auto status = board.Find({kind, name});
        EXPECT_TRUE(status.has_value()) << name;
        return status.value_or(ResourceStatus{});
    }
    FakeStarter starter;
    StatusBoard board{[] { return 0; }, {}};
    Parts published;
    Reconciler reconciler{starter, board, [this](const Parts& parts) { published = parts; }};
};

TEST_F(ReconcilerTest, StartsInOrderAndIsReady) {
    reconciler.Apply(Parse(Assistant("help", "chat") + Model("chat")), {});
    EXPECT_THAT(starter.started, ElementsAre("chat", "help"));
    EXPECT_EQ(starter.had["help"], 1U);
    EXPECT_EQ(Of(Kind::kModel, "chat").state, State::kReady);
    EXPECT_EQ(Of(Kind::kAssistant, "help").message, "runs");
    EXPECT_EQ(published.size(), 2U);
    EXPECT_FALSE(reconciler.MayHelpToRetry());
}

TEST_F(ReconcilerTest, WhatCannotStartIsToldAndTheRestRuns) {
    starter.failures["bad"] = {ErrorCode::kNotFound, "no such file", "bad.gguf"};
    reconciler.Apply(Parse(Model("bad") + Model("chat") + Assistant("help", "bad")), {});
    EXPECT_EQ(Of(Kind::kModel, "chat").state, State::kReady);
    const ResourceStatus bad = Of(Kind::kModel, "bad");
    EXPECT_EQ(bad.state, State::kDegraded);
    EXPECT_EQ(bad.reason, "NotFound");
    EXPECT_EQ(bad.message, "bad.gguf: no such file");
    const ResourceStatus help = Of(Kind::kAssistant, "help");
    EXPECT_EQ(help.reason, "NeedsAnother");
    EXPECT_THAT(help.message, HasSubstr("argosy describe models/bad"));
    EXPECT_FALSE(reconciler.MayHelpToRetry());
}

TEST_F(ReconcilerTest, TriesAgainWhatMayPass) {
    starter.failures["chat"] = {ErrorCode::kUnavailable, "no answer", {}};
    reconciler.Apply(Parse(Model("chat") + Assistant("help", "chat")), {});
    EXPECT_TRUE(reconciler.MayHelpToRetry());
    starter.failures.clear();
    starter.started.clear();
    reconciler.Retry({});
    EXPECT_THAT(starter.started, ElementsAre("chat", "help"));
    EXPECT_EQ(Of(Kind::kAssistant, "help").state, State::kReady);
    EXPECT_FALSE(reconciler.MayHelpToRetry());
}

TEST_F(ReconcilerTest, ReplacesOnlyWhatChanged) {
    reconciler.Apply(Parse(Model("chat") + Model("other") + Assistant("help", "chat")), {});
    starter.started.clear();
    const PartPtr other = published.at({Kind::kModel, "other"});
    reconciler.Apply(
        Parse(Model("chat", ", context: 64") + Model("other") + Assistant("help", "chat")), {});
    EXPECT_THAT(starter.started, ElementsAre("chat", "help"));
    EXPECT_EQ(published.at({Kind::kModel, "other"}), other);
}

TEST_F(ReconcilerTest, WhatRanBeforeAnswersWhereTheNewOneCannotStart) {
    reconciler.Apply(Parse(Model("chat")), {});
    const PartPtr before = published.at({Kind::kModel, "chat"});
    starter.failures["chat"] = {ErrorCode::kCorrupt, "no model", {}};
    reconciler.Apply(Parse(Model("chat", ", context: 64")), {});
    EXPECT_EQ(published.at({Kind::kModel, "chat"}), before);
    EXPECT_EQ(Of(Kind::kModel, "chat").state, State::kDegraded);
    EXPECT_THAT(Of(Kind::kModel, "chat").message, HasSubstr("what ran before still answers"));
}

TEST_F(ReconcilerTest, WhatIsGoneEndsWithItsLastUser) {
    reconciler.Apply(Parse(Model("chat") + Model("other")), {});
    const PartPtr used = published.at({Kind::kModel, "other"});
    reconciler.Apply(Parse(Model("chat")), {});
    EXPECT_FALSE(board.Find({Kind::kModel, "other"}));
    EXPECT_EQ(published.size(), 1U);
    EXPECT_FALSE(starter.ended["other"].expired());  // a request still has it
    EXPECT_EQ(starter.ended["other"].lock(), used);
}

TEST_F(ReconcilerTest, WarningsAreDegradedButRun) {
    starter.warnings["chat"] = {"the cache has no effect"};
    reconciler.Apply(Parse(Model("chat")), {});
    EXPECT_EQ(Of(Kind::kModel, "chat").reason, "NotAllApplied");
    EXPECT_EQ(Of(Kind::kModel, "chat").message, "runs, but the cache has no effect");
    EXPECT_EQ(published.size(), 1U);
}

TEST_F(ReconcilerTest, AStopLeavesTheRestForLater) {
    std::stop_source stop;
    stop.request_stop();
    reconciler.Apply(Parse(Model("chat")), stop.get_token());
    EXPECT_THAT(starter.started, IsEmpty());
    reconciler.Retry({});
    EXPECT_THAT(starter.started, ElementsAre("chat"));
}

TEST_F(ReconcilerTest, ASupervisorSettlesOnTheLastOneWanted) {
    std::mutex mutex;
    std::condition_variable settled;
    int times = 0;
    Supervisor supervisor(reconciler, std::chrono::hours(1), [&] {
        const std::scoped_lock lock(mutex);
        ++times;
        settled.notify_all();
    });
    supervisor.Want(Parse(Model("chat")));
    {
        std::unique_lock lock(mutex);
        settled.wait(lock, [&] { return times >= 1; });
    }
    supervisor.Want(Parse(Model("other")));
    {
        std::unique_lock lock(mutex);
        settled.wait(lock, [&] { return times >= 2; });
    }
    supervisor.Stop();
    EXPECT_EQ(board.All().size(), 1U);
    EXPECT_EQ(Of(Kind::kModel, "other").state, State::kReady);
}

}  // namespace
}  // namespace argosy::local
