#include "tune/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

#include "base/durable_file.h"
#include "model/text_file.h"

namespace argosy::tune {

namespace {

namespace fs = std::filesystem;

// All that a run writes, and so all that --overwrite removes.
constexpr const char* kNames[] = {"run.json",    "report.json", "before.json",  "log.jsonl",
                                  "checkpoints", "adapter",     "adapter.gguf", "model.gguf",
                                  "loss.png",    "summary.json"};

bool HoldsRun(const fs::path& path) {
    std::error_code error;
    for (const char* name : kNames) {
        if (fs::exists(path / name, error)) return true;
    }
    return false;
}

Result<int> Lock(const fs::path& path) {
    const int lock = ::open((path / ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (lock < 0) {
        return At(path.string(), {ErrorCode::kPermissionDenied, "cannot be written to", {}});
    }
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
    ::close(lock);
    return At(path.string(),
              {ErrorCode::kUnavailable, "another process is training into this folder", {}});
}

}  // namespace

Result<void> RunFolder::Check(const fs::path& path, Existing existing) {
    std::error_code error;
    if (fs::exists(path, error) && !fs::is_directory(path, error)) {
        return At(path.string(), {ErrorCode::kInvalidArgument, "is no folder (--out)", {}});
    }
    if (existing != Existing::kRefuse || !HoldsRun(path)) return {};
    return At(path.string(), {ErrorCode::kAlreadyExists,
                              "there is a run in it already: --resume goes on with it, "
                              "--overwrite removes it",
                              {}});
}

Result<RunFolder> RunFolder::Open(const fs::path& path, Existing existing) {
    ARGOSY_CHECK_OK(Check(path, existing));
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return At(path.string(), {ErrorCode::kPermissionDenied, error.message(), {}});
    ARGOSY_TRY(const int lock, Lock(path));
    RunFolder folder(path, lock, existing == Existing::kResume && HoldsRun(path));
    if (existing == Existing::kOverwrite) {
        for (const char* name : kNames) fs::remove_all(path / name, error);
    }
    fs::create_directories(folder.checkpoints(), error);
    if (error) return At(path.string(), {ErrorCode::kPermissionDenied, error.message(), {}});
    return folder;
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      resumed_(other.resumed_) {}

RunFolder::~RunFolder() {
    if (lock_ >= 0) ::close(lock_);
}

fs::path RunFolder::result(Format format) const {
    if (format == Format::kMerged) return path_ / "model.gguf";
    return path_ / (format == Format::kGguf ? "adapter.gguf" : "adapter");
}

Result<void> RunFolder::WriteJson(const std::string& name, const json::object& value) const {
    return WriteFileDurably(path_ / name, json::serialize(value) + "\n");
}

std::optional<json::object> RunFolder::ReadJson(const std::string& name) const {
    auto object = ReadJsonObject(path_ / name);
    if (!object) return std::nullopt;
    return std::move(*object);
}

std::string RunFolder::mlflow_run_id() const {
    std::string id = ReadTextFile(checkpoints() / "mlflow-run-id").value_or("");
    while (!id.empty() && id.back() == '\n') id.pop_back();
    return id;
}

Result<void> RunFolder::KeepMlflowRunId(const std::string& id) const {
    return WriteFileDurably(checkpoints() / "mlflow-run-id", id + "\n");
}

}  // namespace argosy::tune
