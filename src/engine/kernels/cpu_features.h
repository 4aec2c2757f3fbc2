// What this CPU can do, which kernels were chosen for it, and what is missing for full speed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace argosy {

struct CpuFeatures {
    bool avx2 = false;    // with FMA and F16C
    bool avx512 = false;  // F, BW, DQ, VL
    bool avx512_vnni = false;
    bool avx512_bf16 = false;
    bool neon_dot = false;  // NEON with SDOT (Armv8.2's dot product)
};

/// Detected once, the operating system's support for the registers included.
const CpuFeatures& DetectCpu();

/// The matrix kernels in use: "avx512bf16", "avx512vnni", "avx2",
/// "neon-dot" or "portable".
std::string_view KernelSet();
/// Kernel sets that this CPU can run, best first; "portable" is the last.
std::span<const std::string_view> KernelSets();
/// Uses another set of KernelSets() from now on (tests, benchmarks); false where it cannot run
/// here. Not while kernels run.
bool UseKernelSet(std::string_view name);

/// "avx2 kernels (AVX2 FMA F16C)".
std::string DescribeKernels();
/// What slows this machine down, for a warning at start; empty where nothing does. "this CPU (or
/// its hypervisor) shows no AVX2: portable kernels, about 20 times slower"
std::string MissingFeatureWarning();

}  // namespace argosy
