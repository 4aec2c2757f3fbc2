#include "engine/system_resources.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace argosy {
namespace {

namespace fs = std::filesystem;

/// /proc and /sys/fs/cgroup of a machine that does not exist.
class FakeMachine : public ::testing::Test {
  protected:
    FakeMachine() {
        root_ = fs::temp_directory_path() /
                ("argosy_system_" + std::to_string(getpid()) + "_" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root_);
        fs::create_directories(root_);
    }
    ~FakeMachine() override { fs::remove_all(root_); }
    void Write(const std::string& path, const std::string& text) {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }
    SystemResources Read() { return ReadSystemResources(root_ / "proc", root_ / "cgroup"); }
    std::vector<std::string> Accelerators() { return FindAccelerators(root_ / "dev"); }
    void Meminfo() {
        Write("proc/meminfo", "MemTotal:  2000 kB\nMemFree: 500 kB\nMemAvailable:   1000 kB\n");
    }

  private:
    fs::path root_;
};

TEST_F(FakeMachine, WithoutGroupsIsWhatTheKernelCallsAvailable) {
    Meminfo();
    EXPECT_EQ(Read().available_bytes, 1'024'000u);
    EXPECT_GE(Read().cpus, 1);
}

TEST_F(FakeMachine, WithoutAnyFigureNothingIsLimited) {
    EXPECT_EQ(Read().available_bytes, UINT64_MAX);
}

TEST_F(FakeMachine, Version2CountsTheTightestGroupAroundIt) {
    Meminfo();
    Write("proc/self/cgroup", "0::/pods/mine\n");
    Write("cgroup/pods/mine/memory.max", "max\n");
    Write("cgroup/pods/mine/memory.current", "100000\n");
    EXPECT_EQ(Read().available_bytes, 1'024'000u);
    Write("cgroup/pods/memory.max", "500000\n");
    Write("cgroup/pods/memory.current", "200000\n");
    EXPECT_EQ(Read().available_bytes, 300'000u);
    // File pages that the kernel drops first count as free.
    Write("cgroup/pods/memory.stat", "anon 1\ninactive_file 50000\n");
    EXPECT_EQ(Read().available_bytes, 350'000u);
    Write("cgroup/pods/mine/cpu.max", "100000 100000\n");
    EXPECT_EQ(Read().cpus, 1);
}

TEST_F(FakeMachine, Version2InsideItsOwnNamespace) {
    Meminfo();
    Write("proc/self/cgroup", "0::/\n");
    Write("cgroup/memory.max", "400000\n");
    Write("cgroup/memory.current", "500000\n");
    EXPECT_EQ(Read().available_bytes, 0u);
}

TEST_F(FakeMachine, Version1WhoseHostPathIsNotMountedHere) {
    Meminfo();
    Write("proc/self/cgroup", "9:name=systemd:/\n4:cpu,cpuacct:/docker/1\n3:memory:/docker/1\n");
    Write("cgroup/memory/memory.limit_in_bytes", "600000\n");
    Write("cgroup/memory/memory.usage_in_bytes", "100000\n");
    Write("cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 20000\n");
    Write("cgroup/cpu/cpu.cfs_quota_us", "50000\n");
    Write("cgroup/cpu/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(Read().available_bytes, 520'000u);
    EXPECT_EQ(Read().cpus, 1);
}

TEST_F(FakeMachine, UnlimitedVersion1AndGarbageLimitNothing) {
    Meminfo();
    Write("proc/self/cgroup", "3:memory:/a\nnonsense\n");
    Write("cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
    Write("cgroup/memory/a/memory.usage_in_bytes", "what\n");
    Write("cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    EXPECT_EQ(Read().available_bytes, 1'024'000u);
}

TEST_F(FakeMachine, AcceleratorsAreFoundByTheirDeviceFiles) {
    EXPECT_TRUE(Accelerators().empty());
    for (const char* file : {"nvidia1", "nvidia0", "nvidiactl", "nvidia-uvm", "kfd", "neuron0",
                             "accel/accel0", "accel/accel_controlD0", "null"}) {
        Write(std::string("dev/") + file, "");
    }
    EXPECT_EQ(Accelerators(),
              (std::vector<std::string>{"AMD GPU (kfd)", "AWS Neuron (neuron0)",
                                        "Intel Gaudi or another accelerator (accel0)",
                                        "NVIDIA GPU (nvidia0)", "NVIDIA GPU (nvidia1)"}));
}

TEST(SystemResources, OfThisMachineAreSane) {
    const SystemResources system = ReadSystemResources();
    EXPECT_GT(system.available_bytes, uint64_t{1} << 20);
    EXPECT_LT(system.available_bytes, uint64_t{1} << 50);
    EXPECT_GE(system.cpus, 1);
}

}  // namespace
}  // namespace argosy
