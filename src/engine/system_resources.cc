#include "engine/system_resources.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace argosy {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

/// The number that a file begins with; nothing for "max", "-1" or no file.
std::optional<uint64_t> ReadNumber(const fs::path& path) {
    std::ifstream file(path);
    std::string word;
    if (!(file >> word) || word.find_first_not_of("0123456789") != std::string::npos) return {};
    std::istringstream number(word);
    uint64_t value = 0;
    if (!(number >> value)) return {};
    return value;
}

/// The number after `key` in lines of "key number" or "key: number unit".
std::optional<uint64_t> ReadField(const fs::path& path, std::string_view key) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string name;
        uint64_t value = 0;
        if (!(words >> name >> value)) continue;
        if (name.ends_with(':')) name.pop_back();
        if (name == key) return value;
    }
    return {};
}

/// The names that a kind of cgroup has for the same things.
struct MemoryFiles {
    const char* limit;
    const char* usage;
    const char* cached;  // in memory.stat: file pages given back first when memory is short
};
constexpr MemoryFiles kVersion2 = {"memory.max", "memory.current", "inactive_file"};
constexpr MemoryFiles kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                   "total_inactive_file"};

uint64_t FreeIn(const fs::path& group, const MemoryFiles& files) {
    const auto limit = ReadNumber(group / files.limit);
    if (!limit) return kNoLimit;
    const uint64_t usage = ReadNumber(group / files.usage).value_or(0);
    const uint64_t cached = ReadField(group / "memory.stat", files.cached).value_or(0);
    const uint64_t held = usage - std::min(usage, cached);
    return *limit - std::min(*limit, held);
}

/// CPUs' worth of time in each period; nothing where unlimited.
std::optional<double> Quota(const fs::path& group) {
    if (std::ifstream file(group / "cpu.max"); file) {  // version 2: "200000 100000"
        double quota = 0, period = 0;
        if (file >> quota >> period && period > 0) return quota / period;
        return {};
    }
    const auto quota = ReadNumber(group / "cpu.cfs_quota_us");
    const auto period = ReadNumber(group / "cpu.cfs_period_us");
    if (!quota || !period || *period == 0) return {};
    return static_cast<double>(*quota) / static_cast<double>(*period);
}

/// Calls fn for the group's folder and all around it up to the mount point. A container often sees
/// its own group as the mount point while /proc names it as the host does; then the mount point is
/// all there is.
template <typename Fn>
void ForEachAround(const fs::path& mount, const std::string& group, const Fn& fn) {
    fs::path path = fs::path(group).relative_path();
    for (; !path.empty(); path = path.parent_path()) fn(mount / path);
    fn(mount);
}

int AffinityCpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
    return std::max(1, CPU_COUNT(&set));
}

/// Whether a comma-separated list of controllers ("cpu,cpuacct") has this one.
bool Lists(const std::string& controllers, std::string_view name) {
    std::istringstream words(controllers);
    std::string word;
    while (std::getline(words, word, ',')) {
        if (word == name) return true;
    }
    return false;
}

}  // namespace

SystemResources ReadSystemResources(const fs::path& proc, const fs::path& cgroup) {
    SystemResources system;
    system.available_bytes = kNoLimit;
    if (const auto kib = ReadField(proc / "meminfo", "MemAvailable")) {
        system.available_bytes = *kib * 1024;
    }
    double cpus = AffinityCpus();
    const auto memory = [&](const MemoryFiles& files) {
        return [&](const fs::path& group) {
            system.available_bytes = std::min(system.available_bytes, FreeIn(group, files));
        };
    };
    const auto quota = [&](const fs::path& group) {
        if (const auto limit = Quota(group)) cpus = std::min(cpus, *limit);
    };

    std::ifstream groups(proc / "self" / "cgroup");
    std::string line;  // "4:memory:/path", version 2: "0::/path"
    while (std::getline(groups, line)) {
        const size_t first = line.find(':');
        const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        if (controllers.empty()) {
            // Mounted as "unified" where version 1 is there too.
            const fs::path unified = cgroup / "unified";
            const fs::path mount = fs::exists(unified) ? unified : cgroup;
            ForEachAround(mount, group, memory(kVersion2));
            ForEachAround(mount, group, quota);
        }
        if (Lists(controllers, "memory")) {
            ForEachAround(cgroup / "memory", group, memory(kVersion1));
        }
        if (Lists(controllers, "cpu")) ForEachAround(cgroup / "cpu", group, quota);
    }
    system.cpus = std::max(1, static_cast<int32_t>(cpus + 0.5));
    return system;
}

std::vector<std::string> FindAccelerators(const fs::path& dev) {
    struct Kind {
        const char *name, *folder, *prefix;  // devices are prefix + number
    };
    constexpr Kind kKinds[] = {{"NVIDIA GPU", "", "nvidia"},
                               {"AMD GPU", "", "kfd"},
                               {"AWS Neuron", "", "neuron"},
                               {"Intel Gaudi or another accelerator", "accel", "accel"}};
    std::vector<std::string> found;
    for (const Kind& kind : kKinds) {
        std::error_code ignored;  // what cannot be read is not there
        for (const auto& entry : fs::directory_iterator(dev / kind.folder, ignored)) {
            const std::string file = entry.path().filename();
            if (!file.starts_with(kind.prefix)) continue;
            const std::string number = file.substr(std::string_view(kind.prefix).size());
            if (number.find_first_not_of("0123456789") != std::string::npos) continue;
            if (number.empty() && file != "kfd") continue;
            found.push_back(fmt::format("{} ({})", kind.name, file));
        }
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace argosy
