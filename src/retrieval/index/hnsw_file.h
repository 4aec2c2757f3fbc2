// A graph with its vectors in one file, which is mapped when it is opened: the vectors stay in the
// file, the links are read into memory, since additions change them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "retrieval/index/hnsw.h"

namespace argosy::retrieval {

class HnswFile {
  public:
    /// Writes the graph durably (whole or not at all). `owner` (at most 64 bytes) says whose index
    /// it is; `keys` holds the rising number that its owner gave each slot. Removals are not kept:
    /// the owner knows them.
    static Result<void> Write(const std::filesystem::path& path, const Hnsw& index,
                              std::string_view owner, std::span<const uint64_t> keys);

    struct Opened {
        std::unique_ptr<Hnsw> index;
        std::vector<uint64_t> keys;
    };
    /// Opens a file that Write made for this owner with these dimensions, metric and options; the
    /// options' build_beam may differ. Everything that a search follows is checked, so that no
    /// file, however made, can lead it out of bounds. Errors: kNotFound; kCorrupt with what is
    /// wrong and where; kInvalidArgument where it is another's or of another shape.
    static Result<Opened> Open(const std::filesystem::path& path, std::string_view owner,
                               size_t dimensions, Metric metric, const HnswOptions& options);

  private:
    static Result<void> ReadLayers(Hnsw& index, std::span<const uint8_t> layers);
    static Result<void> CheckLinks(const Hnsw& index);
};

}  // namespace argosy::retrieval
