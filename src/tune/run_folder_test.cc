#include "tune/run_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace argosy::tune {
namespace {

class RunFolders : public ::testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/argosy_run_folder_XXXXXX";
        path_ = mkdtemp(name);
    }
    void TearDown() override { std::filesystem::remove_all(path_); }

    std::filesystem::path path_;
};

TEST_F(RunFolders, RefusesAnotherRunAndSaysWhatHelps) {
    {
        OrThrow(OrThrow(RunFolder::Open(path_, Existing::kRefuse)).WriteJson("run.json", {}));
    }
    const auto again = RunFolder::Open(path_, Existing::kRefuse);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
    EXPECT_NE(again.error().message.find("--resume goes on with it"), std::string::npos);
    EXPECT_TRUE(OrThrow(RunFolder::Open(path_, Existing::kResume)).resumed());
}

TEST_F(RunFolders, OverwritesWhatARunWroteAndNothingElse) {
    std::ofstream(path_ / "notes.txt") << "mine";
    {
        const RunFolder folder = OrThrow(RunFolder::Open(path_, Existing::kRefuse));
        OrThrow(folder.KeepMlflowRunId("abc"));
        EXPECT_EQ(folder.mlflow_run_id(), "abc");
    }
    const RunFolder folder = OrThrow(RunFolder::Open(path_, Existing::kOverwrite));
    EXPECT_EQ(folder.mlflow_run_id(), "");
    EXPECT_FALSE(folder.resumed());
    EXPECT_TRUE(std::filesystem::exists(path_ / "notes.txt"));
}

TEST_F(RunFolders, OneProcessAtATime) {
    const RunFolder folder = OrThrow(RunFolder::Open(path_, Existing::kRefuse));
    const auto second = RunFolder::Open(path_, Existing::kResume);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST_F(RunFolders, AFileIsNoFolder) {
    std::ofstream(path_ / "file") << "x";
    EXPECT_FALSE(RunFolder::Check(path_ / "file", Existing::kRefuse));
    EXPECT_TRUE(RunFolder::Check(path_ / "new", Existing::kRefuse));
}

}  // namespace
}  // namespace argosy::tune
