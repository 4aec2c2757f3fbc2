// The LoRA adapters that requests may name. An adapter that is unloaded stays in memory until the
// last request that uses it has ended. Thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/runner.h"

namespace argosy {

/// A loaded adapter; holding it keeps it in memory.
struct PinnedAdapter {
    std::shared_ptr<const LoraAdapter> weights;
    uint64_t serial = 0;  // never reused, so that cached KV of an older one of that name never fits
    AdapterInfo info;
};

class AdapterTable {
  public:
    /// `most`: adapters in memory at once, those unloaded but still in use counted.
    explicit AdapterTable(int32_t most) : most_(most) {}

    /// Errors as Engine::LoadAdapter. The lock is not held while the runner reads the files.
    Result<void> Load(ModelRunner& runner, const std::string& name,
                      const std::filesystem::path& path);
    /// kNotFound where no such adapter is loaded.
    Result<void> Unload(const std::string& name);
    /// kNotFound lists what is loaded.
    Result<std::shared_ptr<const PinnedAdapter>> Pin(const std::string& name) const;
    std::vector<AdapterInfo> List() const;

  private:
    Result<void> Reserve(const std::string& name);

    const int32_t most_;
    mutable std::mutex mutex_;
    uint64_t next_serial_ = 1;                                           // GUARDED_BY(mutex_)
    std::map<std::string, std::shared_ptr<const PinnedAdapter>> table_;  // null: being loaded
    std::vector<std::weak_ptr<const PinnedAdapter>> unloaded_;
};

}  // namespace argosy
