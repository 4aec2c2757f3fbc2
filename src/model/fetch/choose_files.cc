#include "model/fetch/choose_files.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "net/headers.h"

namespace argosy {

namespace {

constexpr std::string_view kPreferred[] = {"Q4_K_M", "Q8_0",   "Q5_K_M", "Q6_K", "Q4_K_S", "Q4_0",
                                           "Q5_K_S", "Q5_0",   "Q4_1",   "Q5_1", "IQ4_NL", "Q3_K_M",
                                           "Q3_K_L", "Q3_K_S", "Q2_K",   "BF16", "F16",    "F32"};

std::string_view FileName(std::string_view path) {
    const size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

struct Split {
    std::string_view stem;  // before "-00001-of-00003.gguf"
    std::string_view extension;
    int part = 0;
    int parts = 0;
};

/// "-00001-of-00003.ext" at the end of a name.
std::optional<Split> ParseSplit(std::string_view name) {
    const size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot < 15) return {};
    const std::string_view tail = name.substr(dot - 15, 15);
    Split split{name.substr(0, dot - 15), name.substr(dot), 0, 0};
    const auto number = [](std::string_view digits, int& out) {
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), out);
        return error == std::errc() && end == digits.data() + digits.size() && out > 0;
    };
    if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || !number(tail.substr(1, 5), split.part) ||
        !number(tail.substr(10), split.parts) || split.part > split.parts) {
        return {};
    }
    return split;
}

/// Whether a path has `quant` as a whole word, in any case: between - . _ / or its ends.
bool MentionsQuant(std::string_view path, std::string_view quant) {
    const auto is_end = [](char c) { return c == '-' || c == '.' || c == '_' || c == '/'; };
    for (size_t at = 0; at + quant.size() <= path.size(); ++at) {
        if (!EqualsIgnoreCase(path.substr(at, quant.size()), quant)) continue;
        const size_t end = at + quant.size();
        // "Q4_K" must not match within "Q4_K_M", nor "Q8_0" within "IQ8_0".
        const bool left = at == 0 || is_end(path[at - 1]);
        bool right = end == path.size() || (is_end(path[end]) && path[end] != '_');
        if (right && left) return true;
    }
    return false;
}

/// GGUF files by set: one entry for each model that the repository holds.
std::map<std::string, std::vector<RepoFile>> GgufSets(const std::vector<RepoFile>& all) {
    std::map<std::string, std::vector<RepoFile>> sets;
    for (const RepoFile& file : all) {
        const std::string_view name = FileName(file.path);
        // Projectors and importance matrices are no language models.
        if (!file.path.ends_with(".gguf") || name.starts_with("mmproj") ||
            name.find("imatrix") != std::string_view::npos) {
            continue;
        }
        const auto split = ParseSplit(file.path);
        sets[split ? std::string(split->stem) : file.path].push_back(file);
    }
    for (auto& [key, files] : sets) std::ranges::sort(files, {}, &RepoFile::path);
    return sets;
}

Result<ChosenFiles> Whole(std::vector<RepoFile> files) {
    for (const std::string& name : SplitNames(files.front().path)) {
        if (std::ranges::find(files, name, &RepoFile::path) == files.end()) {
            return Err(ErrorCode::kCorrupt, "the split model misses its part {}", name);
        }
    }
    return ChosenFiles{std::move(files), false};
}

std::string ListOf(const std::map<std::string, std::vector<RepoFile>>& sets) {
    std::string out;
    size_t shown = 0;
    for (const auto& [key, files] : sets) {
        if (++shown > 40) return out + ", ...";
        out += (out.empty() ? "" : ", ") + files.front().path;
    }
    return out;
}

bool IsModelShard(std::string_view name) {
    return name.ends_with(".safetensors") && !name.starts_with("consolidated");
}

/// Files of a Hugging Face model that this system reads.
bool BelongsToHfModel(std::string_view path) {
    static constexpr std::string_view kNames[] = {"config.json",
                                                  "generation_config.json",
                                                  "tokenizer.json",
                                                  "tokenizer.model",
                                                  "tokenizer_config.json",
                                                  "special_tokens_map.json",
                                                  "added_tokens.json",
                                                  "vocab.json",
                                                  "vocab.txt",
                                                  "merges.txt",
                                                  "chat_template.jinja",
                                                  "chat_template.json",
                                                  "modules.json",
                                                  "sentence_bert_config.json",
                                                  "config_sentence_transformers.json",
                                                  "1_Pooling/config.json",
                                                  "adapter_config.json",
                                                  "model.safetensors.index.json"};
    if (std::ranges::find(kNames, path) != std::end(kNames)) return true;
    return path.find('/') == std::string_view::npos && IsModelShard(path);
}

std::optional<ChosenFiles> HfModel(const std::vector<RepoFile>& all) {
    ChosenFiles chosen;
    chosen.is_directory = true;
    bool config = false;
    bool weights = false;
    for (const RepoFile& file : all) {
        if (!BelongsToHfModel(file.path)) continue;
        config = config || file.path == "config.json" || file.path == "adapter_config.json";
        weights = weights || IsModelShard(file.path);
        chosen.files.push_back(file);
    }
    if (!config || !weights) return {};
    return chosen;
}

Result<ChosenFiles> CheckShards(ChosenFiles chosen) {
    for (const RepoFile& file : chosen.files) {
        if (!IsModelShard(file.path)) continue;
        for (const std::string& name : SplitNames(file.path)) {
            if (std::ranges::find(chosen.files, name, &RepoFile::path) == chosen.files.end()) {
                return Err(ErrorCode::kCorrupt, "the model misses its shard {}", name);
            }
        }
    }
    return chosen;
}

}  // namespace

std::vector<std::string> SplitNames(std::string_view name) {
    const auto split = ParseSplit(name);
    if (!split) return {std::string(name)};
    std::vector<std::string> out;
    for (int part = 1; part <= split->parts; ++part) {
        out.push_back(
            fmt::format("{}-{:05}-of-{:05}{}", split->stem, part, split->parts, split->extension));
    }
    return out;
}

bool IsSafeRelativePath(std::string_view path) {
    if (path.empty() || path.size() > 1024) return false;
    for (char c : path) {
        if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7F) return false;
    }
    while (true) {
        const size_t slash = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
        if (slash == path.size()) return true;
        path.remove_prefix(slash + 1);
    }
}

Result<ChosenFiles> ChooseFiles(const std::vector<RepoFile>& all, std::string_view selector) {
    const auto sets = GgufSets(all);
    if (selector.empty()) {
        if (auto model = HfModel(all)) return CheckShards(std::move(*model));
        for (std::string_view quant : kPreferred) {
            for (const auto& [key, files] : sets) {
                if (MentionsQuant(files.front().path, quant)) return Whole(files);
            }
        }
        if (sets.size() == 1) return Whole(sets.begin()->second);
        if (sets.empty()) {
            return Err(ErrorCode::kNotFound,
                       "the source holds no model: neither .gguf files nor config.json with "
                       ".safetensors");
        }
        return Err(ErrorCode::kNotFound, "no file is the obvious choice; name one behind ':' of {}",
                   ListOf(sets));
    }
    for (const auto& [key, files] : sets) {
        for (const RepoFile& file : files) {
            if (file.path == selector || FileName(file.path) == selector) return Whole(files);
        }
    }
    for (const auto& [key, files] : sets) {
        if (MentionsQuant(files.front().path, selector)) return Whole(files);
    }
    if (sets.empty()) {
        return Err(ErrorCode::kNotFound,
                   "there is no '{}': the source holds no .gguf files; leave ':{}' away and use "
                   "--quant to quantise at load",
                   selector, selector);
    }
    return Err(ErrorCode::kNotFound, "there is no '{}'; there are {}", selector, ListOf(sets));
}

}  // namespace argosy
