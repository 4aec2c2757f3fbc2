// Which files of a repository make up the model that was asked for. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace argosy {

struct RepoFile {
    std::string path;  // inside the repository: "Q4_K_M/model-00001-of-00002.gguf"
    uint64_t size = 0;
    std::string oid{};     // git's blob id (40 hex), where known
    std::string sha256{};  // of LFS files, where known
};

struct ChosenFiles {
    std::vector<RepoFile> files;  // a split set in its order
    bool is_directory = false;    // a Hugging Face model: open the directory
};

/// `selector`: empty (a safetensors model, else the GGUF of the first quant in
/// Q4_K_M, Q8_0, Q5_K_M, Q6_K, ...), a quant in any case, or a file's path or name. Split sets come
/// whole. kNotFound lists what there is; kCorrupt names the missing part of a split set.
Result<ChosenFiles> ChooseFiles(const std::vector<RepoFile>& all, std::string_view selector);

/// Names of every part of a split set from the name of any ("x-00001-of-00003.gguf"); one name
/// where it is not split.
std::vector<std::string> SplitNames(std::string_view name);

/// A path that stays inside its folder: relative, no empty, "." or ".." part, no control byte.
bool IsSafeRelativePath(std::string_view path);

}  // namespace argosy
