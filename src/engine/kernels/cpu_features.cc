#include "engine/kernels/cpu_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/kernels/matrix_kernels.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace argosy {

namespace {

CpuFeatures Detect() {
    CpuFeatures cpu;
#if defined(__x86_64__)
    __builtin_cpu_init();  // asks XCR0 too, so that the system's support counts
    cpu.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    cpu.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    cpu.avx512_vnni = cpu.avx512 && __builtin_cpu_supports("avx512vnni");
    cpu.avx512_bf16 = cpu.avx512 && __builtin_cpu_supports("avx512bf16");
#elif defined(__aarch64__)
    cpu.neon_dot = (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#endif
    return cpu;
}

const MatrixKernels*& Current() {
    static const MatrixKernels* kernels = AvailableKernels().front();
    return kernels;
}

}  // namespace

const CpuFeatures& DetectCpu() {
    static const CpuFeatures cpu = Detect();
    return cpu;
}

const MatrixKernels& ActiveKernels() { return *Current(); }

std::string_view KernelSet() { return Current()->name; }

std::span<const std::string_view> KernelSets() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const MatrixKernels* kernels : AvailableKernels()) all.push_back(kernels->name);
        return all;
    }();
    return names;
}

bool UseKernelSet(std::string_view name) {
    const auto available = AvailableKernels();
    const auto found = std::ranges::find(available, name, &MatrixKernels::name);
    if (found == available.end()) return false;
    Current() = *found;
    return true;
}

std::string DescribeKernels() {
    const CpuFeatures& cpu = DetectCpu();
    std::string features;
    if (cpu.avx2) features += " AVX2 FMA F16C";
    if (cpu.avx512) features += " AVX-512";
    if (cpu.avx512_vnni) features += " VNNI";
    if (cpu.avx512_bf16) features += " BF16";
    if (cpu.neon_dot) features += " NEON SDOT";
    return fmt::format("{} kernels ({})", KernelSet(),
                       features.empty() ? "no vector extension" : features.substr(1));
}

std::string MissingFeatureWarning() {
#if defined(__x86_64__)
    if (!DetectCpu().avx2) {
        return "this CPU (or its hypervisor) shows no AVX2 with FMA: portable kernels, about 20 "
               "times slower";
    }
#elif defined(__aarch64__)
    if (!DetectCpu().neon_dot) {
        return "this CPU has no dot-product instructions (Armv8.2): portable kernels, about 10 "
               "times slower";
    }
#endif
    return {};
}

}  // namespace argosy
