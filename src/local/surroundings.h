// What starting resources take from the machine and the process around them.
#pragma once

#include <filesystem>
#include <memory>

#include "local/install_paths.h"
#include "net/http_client.h"
#include "retrieval/store/store.h"

namespace argosy::local {

struct Surroundings {
    InstallPaths paths;
    std::filesystem::path folder;  // of the declaration: relative paths begin there
    std::filesystem::path state;   // databases and indexes
    Environment environment = ProcessEnvironment;
    std::shared_ptr<retrieval::Store> store;
    HttpClient* client = nullptr;  // for models elsewhere; outlives all parts
    bool offline = false;          // fetch nothing
};

/// A path of the declaration as this process opens it; what has a scheme but file:// stays as is.
std::string Resolved(const Surroundings& around, const std::string& path);

}  // namespace argosy::local
