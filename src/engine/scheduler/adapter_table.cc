#include "engine/scheduler/adapter_table.h"

#include <fmt/ranges.h>

namespace argosy {

Result<void> AdapterTable::Load(ModelRunner& runner, const std::string& name,
                                const std::filesystem::path& path) {
    if (name.empty()) return Err(ErrorCode::kInvalidArgument, "an adapter needs a name");
    ARGOSY_CHECK_OK(Reserve(name));
    auto loaded = runner.LoadAdapter(path);
    std::lock_guard lock(mutex_);
    if (!loaded) {
        table_.erase(name);
        return At(fmt::format("adapter {}", name), std::move(loaded.error()));
    }
    auto adapter = std::make_shared<PinnedAdapter>();
    adapter->weights = std::move(loaded->adapter);
    adapter->serial = next_serial_++;
    adapter->info = {name, path.string(), loaded->rank};
    table_[name] = std::move(adapter);
    return {};
}

Result<void> AdapterTable::Reserve(const std::string& name) {
    std::lock_guard lock(mutex_);
    if (table_.contains(name)) {
        return Err(ErrorCode::kAlreadyExists, "adapter {} is loaded already", name);
    }
    std::erase_if(unloaded_, [](auto& adapter) { return adapter.expired(); });
    if (table_.size() + unloaded_.size() >= static_cast<size_t>(most_)) {
        return Err(ErrorCode::kResourceExhausted,
                   "{} adapters are loaded and {} more are unloaded but still in use; at most {} "
                   "fit (max_adapters): unload one or wait",
                   table_.size(), unloaded_.size(), most_);
    }
    table_[name] = nullptr;
    return {};
}

Result<void> AdapterTable::Unload(const std::string& name) {
    std::lock_guard lock(mutex_);
    auto found = table_.find(name);
    if (found == table_.end() || !found->second) {
        return Err(ErrorCode::kNotFound, "adapter {} is not loaded", name);
    }
    unloaded_.push_back(found->second);
    table_.erase(found);
    return {};
}

Result<std::shared_ptr<const PinnedAdapter>> AdapterTable::Pin(const std::string& name) const {
    std::lock_guard lock(mutex_);
    auto found = table_.find(name);
    if (found != table_.end() && found->second) return found->second;
    std::vector<std::string> known;
    for (const auto& [other, adapter] : table_) {
        if (adapter) known.push_back(other);
    }
    return Err(ErrorCode::kNotFound, "adapter {} is not loaded; loaded: {}", name,
               known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")));
}

std::vector<AdapterInfo> AdapterTable::List() const {
    std::lock_guard lock(mutex_);
    std::vector<AdapterInfo> list;
    for (const auto& [name, adapter] : table_) {
        if (adapter) list.push_back(adapter->info);
    }
    return list;
}

}  // namespace argosy
