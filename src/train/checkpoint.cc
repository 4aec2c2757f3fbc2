#include "train/checkpoint.h"

#include <algorithm>

#include "base/durable_file.h"
#include "base/mapped_file.h"
#include "model/quantize.h"
#include "model/safetensors.h"
#include "model/safetensors_writer.h"
#include "model/text_file.h"

namespace argosy::train {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "checkpoint-", kUnfinished = "unfinished-";

std::unexpected<Error> FileError(const fs::path& path, const std::error_code& error) {
    return At(path.string(), {ErrorCode::kInternal, error.message(), {}});
}

/// Oldest first: steps have as many digits everywhere.
std::vector<fs::path> Folders(const fs::path& folder, std::string_view prefix) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

Result<void> WriteContents(const fs::path& folder, const json::object& state,
                           std::span<const NamedFloats> tensors) {
    std::vector<SafetensorToWrite> out;
    for (const NamedFloats& tensor : tensors) {
        out.push_back(
            {tensor.name, DType::kF32, {std::ssize(tensor.values)}, std::as_bytes(tensor.values)});
    }
    ARGOSY_CHECK_OK(WriteSafetensors(folder / "state.safetensors", out));
    return WriteFileDurably(folder / "state.json", json::serialize(state) + "\n");
}

}  // namespace

Result<fs::path> WriteCheckpoint(const fs::path& folder, int64_t step, const json::object& state,
                                 std::span<const NamedFloats> tensors, int keep) {
    const std::string name = fmt::format("{:010}", step);
    const fs::path partial = folder / (std::string(kUnfinished) + name);
    fs::path path = folder / (std::string(kPrefix) + name);
    std::error_code error;
    fs::remove_all(partial, error);
    fs::create_directories(partial, error);
    if (error) return FileError(partial, error);
    ARGOSY_CHECK_OK(WriteContents(partial, state, tensors));
    fs::remove_all(path, error);  // of a run that went back further
    fs::rename(partial, path, error);
    if (error) return FileError(path, error);
    ARGOSY_CHECK_OK(SyncFolder(folder));
    const std::vector<fs::path> all = Folders(folder, kPrefix);
    for (size_t i = 0; i + static_cast<size_t>(keep) < all.size(); ++i) {
        fs::remove_all(all[i], error);
        if (error) return FileError(all[i], error);
    }
    for (const fs::path& left : Folders(folder, kUnfinished)) fs::remove_all(left, error);
    return path;
}

Result<std::optional<LoadedCheckpoint>> ReadNewestCheckpoint(const fs::path& folder) {
    const std::vector<fs::path> all = Folders(folder, kPrefix);
    if (all.empty()) return std::nullopt;
    LoadedCheckpoint loaded;
    loaded.path = all.back();
    ARGOSY_TRY(loaded.state, ReadJsonObject(loaded.path / "state.json"));
    const fs::path path = loaded.path / "state.safetensors";
    ARGOSY_TRY(const MappedFile file, MappedFile::Open(path));
    auto tensors = ParseSafetensors(file.bytes());
    if (!tensors) return At(path.string(), std::move(tensors.error()));
    for (const Safetensor& tensor : *tensors) {
        if (tensor.type != DType::kF32) {
            return At(path.string(), {ErrorCode::kCorrupt, tensor.name + " is not of F32", {}});
        }
        std::vector<float> values(tensor.bytes.size() / sizeof(float));
        ARGOSY_CHECK_OK(DequantizeRow(DType::kF32, tensor.bytes, values));
        loaded.tensors.emplace_back(tensor.name, std::move(values));
    }
    return loaded;
}

}  // namespace argosy::train
