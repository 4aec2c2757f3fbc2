#include "retrieval/index/hnsw_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/durable_file.h"

namespace argosy::retrieval {

namespace {

constexpr char kMagic[8] = {'A', 'R', 'G', 'H', 'N', 'S', 'W', '1'};
constexpr size_t kPage = 4096;  // sections begin at pages, so that rows in them are aligned

// The file's first page; numbers are little-endian, as all machines are that we build for.
struct Header {
    char magic[8];
    uint64_t dimensions, metric, links, seed;
    uint64_t count, upper, entry;
    char owner[64];
};
static_assert(sizeof(Header) <= kPage);

// Where each section lies. From the header alone, so that reader and writer cannot disagree.
struct Sections {
    uint64_t keys = 0, scales = 0, layers = 0, lowest = 0, upper = 0, high = 0, low = 0, end = 0;

    static uint64_t After(uint64_t at, uint64_t bytes) {
        return (at + bytes + kPage - 1) / kPage * kPage;
    }
    explicit Sections(const Header& h) {
        const uint64_t plane = h.count * PaddedDimensions(h.dimensions);
        keys = kPage;
        scales = After(keys, h.count * 8);
        layers = After(scales, h.count * 4);
        lowest = After(layers, h.count);
        upper = After(lowest, h.count * (2 * h.links + 1) * 4);
        high = After(upper, h.upper * 4);
        low = After(high, plane);
        end = After(low, plane);
    }
};

// The largest that are not mistakes; products of them stay far below 2^64.
bool IsPlausible(const Header& h) {
    return h.dimensions >= 1 && h.dimensions <= 65536 && h.links >= 2 && h.links <= 128 &&
           h.count <= (uint64_t{1} << 32) - 1 && h.upper <= uint64_t{1} << 32 &&
           (h.count == 0 || h.entry < h.count);
}

template <typename T>
std::span<const std::byte> Bytes(const std::vector<T>& values) {
    return std::as_bytes(std::span(values));
}

// Parts of the file, with zeros up to where the next section begins.
class Parts {
  public:
    void Put(std::span<const std::byte> bytes) {
        parts_.push_back(bytes);
        at_ += bytes.size();
    }
    void PadTo(uint64_t at) {
        static constexpr std::byte kZeros[kPage] = {};
        Put({kZeros, at - at_});
    }
    std::span<const std::span<const std::byte>> all() const { return parts_; }

  private:
    std::vector<std::span<const std::byte>> parts_;
    uint64_t at_ = 0;
};

void PutPlane(Parts& parts, const VectorRows& rows, bool high) {
    for (size_t at = 0; at < rows.size(); at += VectorRows::kBlockRows) {
        const size_t count = std::min(VectorRows::kBlockRows, rows.size() - at);
        const auto slot = static_cast<Slot>(at);
        const int8_t* block = high ? rows.High(slot) : rows.Low(slot);
        parts.Put(std::as_bytes(std::span(block, count * rows.padded())));
    }
}

template <typename T>
std::span<const T> SectionOf(std::span<const std::byte> file, uint64_t at, uint64_t count) {
    return {reinterpret_cast<const T*>(file.data() + at), count};
}

std::unexpected<Error> Corrupt(const std::string& what) {
    return std::unexpected(Error{ErrorCode::kCorrupt, what, {}});
}

Result<Header> ReadHeader(std::span<const std::byte> file) {
    Header header;
    if (file.size() < kPage)
        return Corrupt(fmt::format("of {} bytes, less than a page", file.size()));
    std::memcpy(&header, file.data(), sizeof header);
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0)
        return Corrupt("no index file of ours");
    if (!IsPlausible(header)) {
        return Corrupt(fmt::format("header with {} vectors of {} dimensions, {} links, entry {}",
                                   header.count, header.dimensions, header.links, header.entry));
    }
    if (file.size() != Sections(header).end) {
        return Corrupt(fmt::format("of {} bytes, where its header asks for {}", file.size(),
                                   Sections(header).end));
    }
    return header;
}

}  // namespace

Result<void> HnswFile::Write(const std::filesystem::path& path, const Hnsw& index,
                             std::string_view owner, std::span<const uint64_t> keys) {
    Header header = {};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.dimensions = index.dimensions();
    header.metric = static_cast<uint64_t>(index.metric());
    header.links = index.options().links;
    header.seed = index.options().seed;
    header.count = index.size();
    header.upper = index.upper_.size();
    header.entry = index.entry_;
    std::memcpy(header.owner, owner.data(), std::min(owner.size(), sizeof header.owner));
    const Sections at(header);
    Parts parts;
    parts.Put(std::as_bytes(std::span(&header, 1)));
    parts.PadTo(at.keys);
    parts.Put(std::as_bytes(keys));
    parts.PadTo(at.scales);
    parts.Put(std::as_bytes(index.rows_.scales()));
    parts.PadTo(at.layers);
    parts.Put(Bytes(index.layers_));
    parts.PadTo(at.lowest);
    parts.Put(Bytes(index.lowest_));
    parts.PadTo(at.upper);
    parts.Put(Bytes(index.upper_));
    parts.PadTo(at.high);
    PutPlane(parts, index.rows_, true);
    parts.PadTo(at.low);
    PutPlane(parts, index.rows_, false);
    parts.PadTo(at.end);
    return WriteFileDurably(path, parts.all());
}

// Where each node's upper links begin follows from the layers.
Result<void> HnswFile::ReadLayers(Hnsw& index, std::span<const uint8_t> layers) {
    uint64_t upper = 0;
    const auto highest = std::ranges::max_element(layers);
    if (highest != layers.end() && *highest > Hnsw::kMaxLayer) {
        return Corrupt(fmt::format("a node on layer {}", *highest));
    }
    index.layers_.assign(layers.begin(), layers.end());
    index.upper_at_.reserve(layers.size());
    for (const uint8_t layer : layers) {
        index.upper_at_.push_back(static_cast<uint32_t>(upper));
        upper += layer * (index.options_.links + 1);
    }
    if (upper != index.upper_.size()) {
        return Corrupt(
            fmt::format("{} upper links, where its layers ask for {}", index.upper_.size(), upper));
    }
    if (highest != layers.end() && index.layers_[index.entry_] != *highest) {
        return Corrupt(fmt::format("entry {} is not on the highest layer", index.entry_));
    }
    return {};
}

// Every link leads to a node that is on its layer.
Result<void> HnswFile::CheckLinks(const Hnsw& index) {
    for (Slot slot = 0; slot < index.layers_.size(); ++slot) {
        for (size_t layer = 0; layer <= index.layers_[slot]; ++layer) {
            const uint32_t* links = index.Links(slot, layer);
            if (links[0] > index.Capacity(layer)) {
                return Corrupt(fmt::format("node {} with {} links", slot, links[0]));
            }
            for (uint32_t i = 1; i <= links[0]; ++i) {
                if (links[i] < index.layers_.size() && index.layers_[links[i]] >= layer) continue;
                return Corrupt(
                    fmt::format("node {}'s link to {} on layer {}", slot, links[i], layer));
            }
        }
    }
    return {};
}

Result<HnswFile::Opened> HnswFile::Open(const std::filesystem::path& path, std::string_view owner,
                                        size_t dimensions, Metric metric,
                                        const HnswOptions& options) {
    ARGOSY_TRY(MappedFile mapped, MappedFile::Open(path));
    const auto bytes = mapped.bytes();
    const auto read = ReadHeader(bytes);
    if (!read) return At(path.string(), read.error());
    const Header& header = *read;
    char wanted[sizeof header.owner] = {};
    std::memcpy(wanted, owner.data(), std::min(owner.size(), sizeof wanted));
    if (std::memcmp(wanted, header.owner, sizeof wanted) != 0 || header.dimensions != dimensions ||
        header.metric != static_cast<uint64_t>(metric) || header.links != options.links ||
        header.seed != options.seed) {
        return At(path.string(), {ErrorCode::kInvalidArgument,
                                  "the index of another collection, or of other settings",
                                  {}});
    }
    const Sections at(header);
    auto index = std::make_unique<Hnsw>(dimensions, metric, options);
    const auto scales = SectionOf<float>(bytes, at.scales, header.count);
    if (!std::ranges::all_of(scales, [](float s) { return std::isfinite(s) && s >= 0; })) {
        return At(path.string(), Corrupt("a vector's scale is no positive number").error());
    }
    index->rows_.Adopt(SectionOf<int8_t>(bytes, at.high, 0).data(),
                       SectionOf<int8_t>(bytes, at.low, 0).data(), scales);
    const auto lowest =
        SectionOf<uint32_t>(bytes, at.lowest, header.count * (2 * header.links + 1));
    const auto upper = SectionOf<uint32_t>(bytes, at.upper, header.upper);
    const auto keys = SectionOf<uint64_t>(bytes, at.keys, header.count);
    index->lowest_.assign(lowest.begin(), lowest.end());
    index->upper_.assign(upper.begin(), upper.end());
    index->entry_ = static_cast<Slot>(header.entry);
    index->live_.Resize(header.count, true);
    index->live_count_ = header.count;
    auto checked = ReadLayers(*index, SectionOf<uint8_t>(bytes, at.layers, header.count));
    if (checked) checked = CheckLinks(*index);
    if (checked && std::ranges::adjacent_find(keys, std::greater_equal<>()) != keys.end()) {
        checked = Corrupt("keys that do not rise");
    }
    if (!checked) return At(path.string(), checked.error());
    index->file_ = std::move(mapped);
    return Opened{std::move(index), {keys.begin(), keys.end()}};
}

}  // namespace argosy::retrieval
