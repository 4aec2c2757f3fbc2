// Our cache and our fake Hub against Hugging Face's own client. Needs a Python that has
// huggingface_hub: ARGOSY_PYTHON=/path/to/python; skipped without.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "model/fetch/fetch_model.h"
#include "model/fetch/testing/fake_hub.h"

namespace argosy {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScript = R"(
import os, sys
from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download
ours, theirs, names = sys.argv[1], sys.argv[2], sys.argv[3:]
snapshot = snapshot_download("org/name", cache_dir=ours, local_files_only=True)
print("found", os.path.relpath(snapshot, ours))
for name in names:
    a = hf_hub_download("org/name", name, cache_dir=ours, local_files_only=True)
    b = hf_hub_download("org/name", name, cache_dir=theirs)
    assert open(a, "rb").read() == open(b, "rb").read(), name
    assert os.path.relpath(a, ours) == os.path.relpath(b, theirs), (a, b)
    assert os.readlink(a) == os.readlink(b), (os.readlink(a), os.readlink(b))
    # With the Hub reachable it downloads nothing again: the blob of ours is its own.
    before = os.stat(a).st_mtime_ns
    assert os.stat(hf_hub_download("org/name", name, cache_dir=ours)).st_mtime_ns == before
info = scan_cache_dir(ours)
assert len(info.repos) == 1 and not info.warnings, info.warnings
print("same", len(names))
)";

TEST(HubClient, FindsOurCacheAndDownloadsTheSame) {
    const char* python = std::getenv("ARGOSY_PYTHON");
    if (python == nullptr) GTEST_SKIP() << "set ARGOSY_PYTHON to a Python with huggingface_hub";
    char name[] = "/tmp/argosy_hf_XXXXXX";
    const fs::path root = mkdtemp(name);
    testing::FakeHub hub;
    hub.files = {{"config.json", {"{}", false}},
                 {"1_Pooling/config.json", {"{\"a\":1}", false}},
                 {"tokenizer.json", {std::string(3000, 't')}},
                 {"model.safetensors", {std::string(100000, 'm')}}};
    FetchOptions options;
    options.hub_cache = root / "ours";
    options.environment = [&](const char* key) {
        return std::string_view(key) == "HF_ENDPOINT" ? hub.endpoint() : std::string();
    };
    OrThrow(FetchModel("hf://org/name", options));
    std::ofstream(root / "check.py") << kScript;
    std::string command = fmt::format(
        "HF_ENDPOINT={} HF_HOME={}/home HF_HUB_DISABLE_XET=1 HF_HUB_DISABLE_TELEMETRY=1 {} "
        "{}/check.py {}/ours {}/theirs",
        hub.endpoint(), root.string(), python, root.string(), root.string(), root.string());
    for (const auto& [path, file] : hub.files) command += " " + path;
    EXPECT_EQ(std::system((command + " > " + root.string() + "/log 2>&1").c_str()), 0);
    std::ostringstream log;
    log << std::ifstream(root / "log").rdbuf();
    EXPECT_NE(log.str().find("same 4"), std::string::npos) << log.str();
    fs::remove_all(root);
}

}  // namespace
}  // namespace argosy
