// POST /v1/load_lora_adapter and /v1/unload_lora_adapter, as vLLM has them.
#include <algorithm>

#include "serve/api_call.h"
#include "serve/respond.h"

namespace argosy::serve {

namespace {

// A client may name only what lies in the folder that the operator opened for it, links resolved.
std::optional<std::filesystem::path> Below(const std::filesystem::path& folder,
                                           const std::filesystem::path& path) {
    std::error_code ec;
    const auto root = std::filesystem::canonical(folder, ec);
    if (ec) return std::nullopt;
    const auto full = std::filesystem::weakly_canonical(root / path, ec);
    if (ec) return std::nullopt;
    const auto relative = full.lexically_relative(root);
    if (relative.empty() || *relative.begin() == "..") return std::nullopt;
    return full;
}

ModelHost* WithAdapter(const ApiContent& content, const std::string& name) {
    for (const auto& host : content.hosts) {
        const auto adapters = host->engine().adapters();
        if (std::ranges::find(adapters, name, &AdapterInfo::name) != adapters.end()) {
            return host.get();
        }
    }
    return nullptr;
}

}  // namespace

void ApiServer::LoadAdapter(const Call& call) {
    const auto& exchange = call.exchange;
    ModelHost& host = call.host();
    if (options_.adapter_dir.empty()) {
        return RespondError(*exchange, FromStatus(403,
                                                  "Loading adapters is off: start the server with "
                                                  "--adapter-dir FOLDER to allow those in FOLDER"));
    }
    Fields fields(call.body);
    std::string name, path;
    fields.Read("lora_name", name);
    fields.Read("lora_path", path);
    if (name.empty()) fields.Fail("lora_name", "is required");
    if (path.empty()) fields.Fail("lora_path", "is required");
    if (!fields.ok()) return RespondError(*exchange, *fields.error());
    if (name == host.name()) {
        return RespondError(*exchange,
                            FromStatus(409, fmt::format("'{}' is the base model's name", name)));
    }
    const auto full = Below(options_.adapter_dir, path);
    if (!full) {
        return RespondError(*exchange, FromStatus(403, fmt::format("'{}' is not in the folder of "
                                                                   "adapters",
                                                                   path)));
    }
    WakeIfSleeping(host);
    if (const auto loaded = host.engine().LoadAdapter(name, *full); !loaded) {
        return RespondError(*exchange, ToApiError(loaded.error()));
    }
    RespondText(*exchange, 200, "text/plain; charset=utf-8",
                fmt::format("Success: LoRA adapter '{}' added successfully.", name));
}

void ApiServer::UnloadAdapter(const Call& call) {
    const auto& exchange = call.exchange;
    Fields fields(call.body);
    std::string name;
    fields.Read("lora_name", name);
    if (name.empty()) fields.Fail("lora_name", "is required");
    if (!fields.ok()) return RespondError(*exchange, *fields.error());
    ModelHost* host = WithAdapter(call.content, name);
    if (host == nullptr) host = call.chosen.host;  // which says that it has none
    if (const auto done = host->engine().UnloadAdapter(name); !done) {
        return RespondError(*exchange, ToApiError(done.error()));
    }
    RespondText(*exchange, 200, "text/plain; charset=utf-8",
                fmt::format("Success: LoRA adapter '{}' removed successfully.", name));
}

}  // namespace argosy::serve
