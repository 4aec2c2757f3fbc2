// Any file is opened or refused, and one that is opened can be searched and added to. The input is
// laid over a good file at a place it names, since no fuzzer would find a whole one.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/mapped_file.h"
#include "retrieval/index/hnsw_file.h"

namespace {

using namespace argosy;
using namespace argosy::retrieval;

constexpr size_t kDimensions = 8;

std::filesystem::path Path() {
    return std::filesystem::temp_directory_path() / ("hnsw_file_fuzz_" + std::to_string(getpid()));
}

std::string GoodFile() {
    Hnsw index(kDimensions, Metric::kEuclidean, {.links = 2, .build_beam = 8});
    std::vector<float> vectors(100 * kDimensions);
    std::vector<uint64_t> keys(100);
    for (size_t i = 0; i < vectors.size(); ++i) vectors[i] = static_cast<float>(i * 7919 % 101);
    for (size_t i = 0; i < keys.size(); ++i) keys[i] = i;
    index.Add(vectors);
    if (!HnswFile::Write(Path(), index, "fuzz", keys)) std::abort();
    const auto file = MappedFile::Open(Path());
    if (!file) std::abort();
    const auto bytes = file->bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::string good = GoodFile();
    uint32_t at = 0;
    if (size < sizeof at) return 0;
    std::memcpy(&at, data, sizeof at);
    std::string file = good;
    file.replace(at % file.size(), size - sizeof at,
                 reinterpret_cast<const char*>(data) + sizeof at, size - sizeof at);
    file.resize(good.size());
    if (!WriteFileDurably(Path(), file)) std::abort();
    auto opened = HnswFile::Open(Path(), "fuzz", kDimensions, Metric::kEuclidean, {.links = 2});
    if (!opened) return 0;
    const std::vector<float> question(kDimensions, 1.0F);
    opened->index->Add(question);
    // A beam so small that the graph is walked, not scanned.
    (void)opened->index->Search(question, 3, 3);
    return 0;
}
