#include <fmt/chrono.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>

#include "retrieval/face/face_state.h"

namespace argosy::retrieval::face {

namespace {

using std::chrono::system_clock;

json::object Describe(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    const auto written = std::filesystem::last_write_time(file, error);
    const auto time = std::chrono::file_clock::to_sys(written);
    return {{"name", file.filename().string()},
            {"creation_time",
             fmt::format("{:%Y-%m-%dT%H:%M:%S}",
                         fmt::gmtime(system_clock::to_time_t(
                             std::chrono::time_point_cast<system_clock::duration>(time))))},
            {"size", size},
            {"checksum", nullptr}};
}

}  // namespace

Result<void> FaceState::NeedFolder() const {
    if (!snapshots_.empty()) return {};
    return Err(ErrorCode::kUnsupported, "this server was started without a folder for snapshots");
}

// Names come from URLs: none may lead out of its folder.
Result<std::filesystem::path> FaceState::SnapshotFile(const std::string& name,
                                                      const std::string& snapshot) const {
    ARGOSY_CHECK_OK(NeedFolder());
    const bool plain = !snapshot.empty() && snapshot[0] != '.' &&
                       snapshot.find_first_of("/\\") == std::string::npos &&
                       snapshot.find('\0') == std::string::npos;
    const auto file = snapshots_ / name / snapshot;
    std::error_code error;
    if (plain && std::filesystem::is_regular_file(file, error)) return file;
    return Err(ErrorCode::kNotFound, "Not found: Snapshot {} not found", snapshot.substr(0, 200));
}

Result<json::array> FaceState::Snapshots(const std::string& name) {
    ARGOSY_CHECK_OK(NeedFolder());
    ARGOSY_CHECK_OK(Find(name));
    std::vector<std::filesystem::path> files;
    std::error_code error;  // no folder: no snapshots
    for (const auto& entry : std::filesystem::directory_iterator(snapshots_ / name, error)) {
        if (entry.path().extension() == ".snapshot") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    json::array list;
    for (const auto& file : files) list.push_back(Describe(file));
    return list;
}

Result<json::object> FaceState::MakeSnapshot(const std::string& name) {
    ARGOSY_CHECK_OK(NeedFolder());
    ARGOSY_CHECK_OK(Find(name));
    std::error_code error;
    std::filesystem::create_directories(snapshots_ / name, error);
    const std::string base = fmt::format("{}-{:%Y-%m-%d-%H-%M-%S}", name,
                                         fmt::gmtime(system_clock::to_time_t(system_clock::now())));
    auto file = snapshots_ / name / (base + ".snapshot");
    for (int n = 2; std::filesystem::exists(file, error); ++n) {
        file = snapshots_ / name / fmt::format("{}-{}.snapshot", base, n);
    }
    ARGOSY_CHECK_OK(store_.Snapshot(name, file));
    return Describe(file);
}

Result<void> FaceState::DropSnapshot(const std::string& name, const std::string& snapshot) {
    ARGOSY_TRY(const auto file, SnapshotFile(name, snapshot));
    std::error_code error;
    std::filesystem::remove(file, error);
    if (error) return At(file.string(), {ErrorCode::kInternal, error.message(), {}});
    return {};
}

Result<std::string> FaceState::ReadSnapshot(const std::string& name, const std::string& snapshot) {
    ARGOSY_TRY(const auto file, SnapshotFile(name, snapshot));
    std::ifstream in(file, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    if (!in) return At(file.string(), {ErrorCode::kInternal, "cannot be read", {}});
    return std::move(bytes).str();
}

// The file is tried under another name first: a broken one costs nothing that is there.
Result<void> FaceState::Recover(const std::string& name, const std::filesystem::path& file) {
    const std::string trial = name.substr(0, 100) + ".recovering";
    ARGOSY_CHECK_OK(store_.Restore(trial, file));
    ARGOSY_TRY(const auto all, store_.Collections());
    const auto restored = std::ranges::find(all, trial, &CollectionConfig::name);
    const bool points = restored != all.end() && SchemaOf(*restored).has_value();
    ARGOSY_CHECK_OK(store_.DropCollection(trial));
    if (!points) {
        return Err(ErrorCode::kInvalidArgument,
                   "the snapshot is of a knowledge base of Argosy, not of a collection of points");
    }
    ARGOSY_CHECK_OK(Drop(name));
    return store_.Restore(name, file);
}

Result<void> FaceState::RecoverFrom(const std::string& name, const std::string& location) {
    ARGOSY_CHECK_OK(NeedFolder());
    constexpr std::string_view kFile = "file://";
    if (!location.starts_with(kFile)) {
        return Err(ErrorCode::kUnsupported,
                   "location: this server fetches no URLs; give file:// within its folder of "
                   "snapshots, or upload the snapshot");
    }
    std::error_code error;
    const auto folder = std::filesystem::canonical(snapshots_, error);
    const auto file = std::filesystem::weakly_canonical(location.substr(kFile.size()), error);
    const auto [end, rest] = std::ranges::mismatch(folder, file);
    if (error || end != folder.end() || !std::filesystem::is_regular_file(file, error)) {
        return Err(ErrorCode::kInvalidArgument, "location: no file in the folder of snapshots");
    }
    return Recover(name, file);
}

Result<void> FaceState::RecoverBytes(const std::string& name, std::string_view bytes) {
    ARGOSY_CHECK_OK(NeedFolder());
    std::error_code error;
    std::filesystem::create_directories(snapshots_, error);
    static std::atomic<uint64_t> uploads = 0;
    const auto file = snapshots_ / fmt::format(".upload-{}", ++uploads);
    {
        std::ofstream out(file, std::ios::binary | std::ios::trunc);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!out) return At(file.string(), {ErrorCode::kInternal, "cannot be written", {}});
    }
    auto done = Recover(name, file);
    std::filesystem::remove(file, error);
    return done;
}

}  // namespace argosy::retrieval::face
