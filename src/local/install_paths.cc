#include "local/install_paths.h"

#include <fmt/ranges.h>

#include <cctype>
#include <utility>

namespace argosy::local {

namespace fs = std::filesystem;

InstallPaths InstallPaths::OfThisProcess() {
    std::error_code ignored;
    InstallPaths paths;
    paths.binary_folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    return paths;
}

Result<fs::path> InstallPaths::ShippedModel(const std::string& name) const {
    if (name.empty() || name.find('/') != std::string::npos) {
        return Err(ErrorCode::kInvalidArgument,
                   "'shipped://{}' names no model; expected a name such as shipped://shop-chat",
                   name);
    }
    const std::string file = name + ".gguf";
    std::vector<fs::path> places;
    if (const std::string folder = environment("ARGOSY_MODELS"); !folder.empty()) {
        places.push_back(fs::path(folder) / file);
    }
    places.push_back(binary_folder / file);
    places.push_back(binary_folder / "models" / file);
    places.push_back(binary_folder.parent_path() / "share/argosy/models" / file);
    // build/<preset>/bin of a source tree
    places.push_back(binary_folder.parent_path().parent_path().parent_path() / "models" / file);
    std::vector<std::string> looked;
    for (const fs::path& place : places) {
        if (exists(place)) return place;
        looked.push_back(place.string());
    }
    return Err(ErrorCode::kNotFound,
               "the model '{}' that comes with Argosy is not there; looked at {}. Put it there, or "
               "set ARGOSY_MODELS to its folder",
               name, fmt::join(looked, ", "));
}

Result<InstallPaths::Example> InstallPaths::ShopExample() const {
    const fs::path inside = "examples/shop/app.yaml";
    const std::pair<fs::path, const char*> places[] = {
        {binary_folder / inside, "beside the binary"},
        {binary_folder.parent_path() / "share/argosy" / inside, "installed with it"},
        {binary_folder.parent_path().parent_path().parent_path() / inside, "of its source tree"},
    };
    std::vector<std::string> looked;
    for (const auto& [file, origin] : places) {
        if (exists(file)) return Example{file, origin};
        looked.push_back(file.string());
    }
    return Err(ErrorCode::kNotFound,
               "the example shop is not there; looked at {}. Name your own application with -f "
               "app.yaml",
               fmt::join(looked, ", "));
}

Result<fs::path> StateRoot(const Environment& environment) {
    if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) {
        return fs::path(state) / "argosy";
    }
    if (const std::string home = environment("HOME"); !home.empty()) {
        return fs::path(home) / ".local/state/argosy";
    }
    return Err(ErrorCode::kNotFound,
               "neither XDG_STATE_HOME nor HOME is set; name a folder with --state");
}

std::string ApplicationName(const fs::path& file) {
    const fs::path whole = fs::absolute(file).lexically_normal();
    const std::string stem = whole.stem().string();
    const std::string from = stem == "app" ? whole.parent_path().filename().string() : stem;
    std::string name;
    for (const char c : from) {
        const auto byte = static_cast<unsigned char>(c);
        const bool good = std::isalnum(byte) != 0 && byte < 0x80;
        name += good ? static_cast<char>(std::tolower(byte)) : '-';
    }
    return name.empty() ? "app" : name;
}

}  // namespace argosy::local
