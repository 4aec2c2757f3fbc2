// Where things are found: shipped models, the example, states, secrets, names that people type.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <fstream>

#include "local/file_watch.h"
#include "local/install_paths.h"
#include "local/kind_name.h"
#include "local/secrets.h"
#include "local/state_dir.h"

namespace argosy::local {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Folder {
  public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "argosy_local_XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

Environment With(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const char* name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string() : found->second;
    };
}

InstallPaths Paths(std::set<fs::path> there, std::map<std::string, std::string> environment = {}) {
    return {"/opt/argosy/bin", With(std::move(environment)),
            [there = std::move(there)](const fs::path& path) { return there.contains(path); }};
}

TEST(InstallPaths, FindsAShippedModelBesideTheBinaryOrInstalled) {
    EXPECT_EQ(OrThrow(Paths({"/opt/argosy/bin/models/a.gguf"}).ShippedModel("a")),
              "/opt/argosy/bin/models/a.gguf");
    EXPECT_EQ(OrThrow(Paths({"/opt/argosy/share/argosy/models/a.gguf"}).ShippedModel("a")),
              "/opt/argosy/share/argosy/models/a.gguf");
    EXPECT_EQ(OrThrow(Paths({"/m/a.gguf", "/opt/argosy/bin/a.gguf"}, {{"ARGOSY_MODELS", "/m"}})
                          .ShippedModel("a")),
              "/m/a.gguf");
}

TEST(InstallPaths, NamesAllPlacesWhereItLooked) {
    const auto missing = Paths({}, {{"ARGOSY_MODELS", "/m"}}).ShippedModel("a");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
    for (const char* place : {"/m/a.gguf", "/opt/argosy/bin/models/a.gguf",
                              "/opt/argosy/share/argosy/models/a.gguf", "ARGOSY_MODELS"}) {
        EXPECT_THAT(missing.error().message, HasSubstr(place));
    }
    EXPECT_EQ(Paths({}).ShippedModel("../a").error().code, ErrorCode::kInvalidArgument);
}

TEST(InstallPaths, SaysWhichExampleItIs) {
    const auto example =
        OrThrow(Paths({"/opt/argosy/share/argosy/examples/shop/app.yaml"}).ShopExample());
    EXPECT_EQ(example.origin, "installed with it");
    EXPECT_THAT(Paths({}).ShopExample().error().message, HasSubstr("-f app.yaml"));
}

TEST(StateRoot, FollowsTheXdgRules) {
    EXPECT_EQ(OrThrow(StateRoot(With({{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}}))), "/s/argosy");
    EXPECT_EQ(OrThrow(StateRoot(With({{"HOME", "/h"}}))), "/h/.local/state/argosy");
    EXPECT_THAT(StateRoot(With({})).error().message, HasSubstr("--state"));
    EXPECT_EQ(ApplicationName("/x/shop/app.yaml"), "shop");
    EXPECT_EQ(ApplicationName("/x/My Shop.yaml"), "my-shop");
}

TEST(StateDir, IsForOneProcessAtATime) {
    const Folder folder;
    const fs::path path = folder.path / "state";
    {
        const StateDir first = OrThrow(StateDir::Open(path));
        const auto second = StateDir::Open(path);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
        EXPECT_THAT(second.error().message, HasSubstr(fmt::format("(process {})", ::getpid())));
        EXPECT_THAT(second.error().message, HasSubstr("--state"));
    }
    EXPECT_TRUE(StateDir::Open(path).has_value());
}

TEST(StateDir, TellsWhereItsProcessListensWhileThatRuns) {
    const Folder folder;
    {
        const StateDir state = OrThrow(StateDir::Open(folder.path));
        EXPECT_FALSE(OrThrow(ReadControl(folder.path)));
        OrThrow(state.Publish({7, "http://127.0.0.1:1", "secret", "app.yaml"}));
        const auto control = OrThrow(ReadControl(folder.path));
        ASSERT_TRUE(control);
        EXPECT_EQ(control->url, "http://127.0.0.1:1");
        EXPECT_EQ(control->key, "secret");
        EXPECT_EQ(control->pid, 7);
        const auto rights = fs::status(folder.path / "control.json").permissions();
        EXPECT_EQ(rights, fs::perms::owner_read | fs::perms::owner_write);
    }
    EXPECT_FALSE(OrThrow(ReadControl(folder.path)));
}

TEST(StateDir, RefusesAControlFileThatIsNone) {
    const Folder folder;
    const StateDir state = OrThrow(StateDir::Open(folder.path));
    std::ofstream(folder.path / "control.json") << "[";
    EXPECT_EQ(ReadControl(folder.path).error().code, ErrorCode::kCorrupt);
}

TEST(Secrets, TakesTheVariableFirstAndNeverShowsIt) {
    const Folder folder;
    const std::string file = (folder.path / "key").string();
    std::ofstream(file) << "from file\n";
    resources::SecretRef ref;
    ref.env = "KEY";
    ref.file = file;
    EXPECT_EQ(OrThrow(ReadSecret(ref, With({{"KEY", "from variable"}}))), "from variable");
    EXPECT_EQ(OrThrow(ReadSecret(ref, With({}))), "from file");
    std::ofstream(file) << "\n";
    const auto empty = ReadSecret(ref, With({}));
    EXPECT_THAT(empty.error().message, HasSubstr("is empty"));
    fs::remove(file);
    const auto missing = ReadSecret(ref, With({}));
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(missing.error().message, HasSubstr("KEY (not set)"));
    EXPECT_THAT(missing.error().message, HasSubstr(file));
}

TEST(KindName, TakesEveryNameOfAKind) {
    using resources::Kind;
    for (const char* name : {"Model", "model", "models", "mdl"}) {
        EXPECT_EQ(OrThrow(ParseKind(name)), Kind::kModel) << name;
    }
    EXPECT_THAT(ParseKind("modles").error().message, HasSubstr("did you mean 'models'?"));
    EXPECT_EQ(OrThrow(ParseResourceId("kb/catalog")),
              (resources::ResourceId{Kind::kKnowledgeBase, "catalog"}));
    EXPECT_EQ(ShortName({Kind::kKnowledgeBase, "catalog"}), "knowledgebase/catalog");
    for (const char* wrong : {"", "shop", "/shop", "model/", "none/shop"}) {
        EXPECT_FALSE(ParseResourceId(wrong)) << wrong;
    }
}

bool Readable(int fd) {
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, 10'000) == 1;
}

TEST(FileWatch, HearsOfFilesThatAreWrittenOrReplaced) {
    const Folder folder;
    const fs::path file = folder.path / "app.yaml";
    std::ofstream(file) << "one";
    FileWatch watch = OrThrow(FileWatch::Open());
    watch.Watch({file});
    std::ofstream(folder.path / "other") << "not watched";
    std::ofstream(file) << "two";
    ASSERT_TRUE(Readable(watch.fd()));
    EXPECT_THAT(watch.Changed(), ElementsAre(file));
    std::ofstream(folder.path / "made") << "three";
    fs::rename(folder.path / "made", file);
    ASSERT_TRUE(Readable(watch.fd()));
    EXPECT_THAT(watch.Changed(), ElementsAre(file));
}

}  // namespace
}  // namespace argosy::local
