// Where the models and the example that come with Argosy are found: beside the binary, where it was
// installed, or in the source tree that it was built from.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/proxy.h"

namespace argosy::local {

struct InstallPaths {
    std::filesystem::path binary_folder;
    Environment environment = ProcessEnvironment;
    std::function<bool(const std::filesystem::path&)> exists =
        [](const std::filesystem::path& path) {
            std::error_code ignored;
            return std::filesystem::exists(path, ignored);
        };

    /// Of this process.
    static InstallPaths OfThisProcess();

    /// The file of "shipped://NAME". kNotFound names all places that were looked at.
    Result<std::filesystem::path> ShippedModel(const std::string& name) const;

    struct Example {
        std::filesystem::path file;
        std::string origin;  // "installed", "of the source tree" ...
    };
    /// The application that `argosy up` runs when it is told none.
    Result<Example> ShopExample() const;
};

/// $XDG_STATE_HOME/argosy or ~/.local/state/argosy: where each application has its folder.
/// kNotFound where neither variable is set.
Result<std::filesystem::path> StateRoot(const Environment& environment);
/// An application's name by its file: "shop" of shop/app.yaml and of shop.yaml. Only a-z, 0-9, '-'.
std::string ApplicationName(const std::filesystem::path& file);

}  // namespace argosy::local
