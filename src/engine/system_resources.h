// What this process may still use of the machine: free memory and CPUs, the limits of its cgroup
// (version 1 or 2) and of all cgroups around it included.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace argosy {

struct SystemResources {
    uint64_t available_bytes = 0;  // could be allocated now without swapping
    int32_t cpus = 1;              // usable at once
};

/// `proc` and `cgroup` are /proc and /sys/fs/cgroup, or copies of them for tests. What cannot be
/// read limits nothing; without any figure, available_bytes is UINT64_MAX.
SystemResources ReadSystemResources(const std::filesystem::path& proc = "/proc",
                                    const std::filesystem::path& cgroup = "/sys/fs/cgroup");

/// Accelerators whose device files are in `dev`, e.g. "NVIDIA GPU (nvidia0)", sorted: these kernels
/// leave them idle, and a person who pays for one wants to hear it.
std::vector<std::string> FindAccelerators(const std::filesystem::path& dev = "/dev");

}  // namespace argosy
