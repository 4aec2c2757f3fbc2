// Cuts attention into tiles, and long tiles into splits of their keys, and hands them to the
// threads. What is cut where changes who computes a number, never the number.
#include "engine/kernels/attention.h"

#include <algorithm>

#include "base/check.h"
#include "engine/kernels/attention_tile.h"

namespace argosy {
namespace {

/// Partial results of split tiles may take this much; beyond, a tile runs on one thread.
constexpr size_t kMaxPartBytes = size_t{64} << 20;

struct Task {
    int tile = 0;
    int split = -1;   // -1: the whole tile
    size_t part = 0;  // where a split's state goes, in floats
};

/// What a sequence and the call have in common with all their tiles.
struct Input {
    Tile tile;  // of its first row and KV head 0
    int rows = 0;
    size_t k_head = 0, v_head = 0;  // bytes from one KV head to the next
};

/// How (token, head) pairs are cut into tiles: as many tokens as fit, all heads of a KV head.
struct Cut {
    int heads = 0;       // of one KV head
    int tile_heads = 0;  // of one tile
    int head_tiles = 0;  // tiles side by side for one KV head
    int tile_tokens = 0;
    int kv_heads = 0;

    Cut(int query_heads, int kv) : heads(query_heads / kv), kv_heads(kv) {
        head_tiles = (heads + kMaxTileRows - 1) / kMaxTileRows;
        tile_heads = (heads + head_tiles - 1) / head_tiles;
        tile_tokens = std::max(1, kMaxTileRows / tile_heads);
    }
    int Tiles(int rows) const {
        return (rows + tile_tokens - 1) / tile_tokens * kv_heads * head_tiles;
    }
    /// Writes the tiles of one input, those with most keys first; returns the end.
    Tile* Make(const Input& input, Tile* to) const {
        const int last = (input.rows + tile_tokens - 1) / tile_tokens - 1;  // -1: no rows
        for (int i = last; i >= 0; --i) {
            for (int kv = 0; kv < kv_heads; ++kv) {
                for (int h = 0; h < heads; h += tile_heads) *to++ = One(input, i, kv, h);
            }
        }
        return to;
    }

  private:
    Tile One(const Input& input, int index, int kv, int head) const {
        Tile tile = input.tile;
        const int row = index * tile_tokens;
        const int64_t column = static_cast<int64_t>(kv * heads + head) * tile.head_dim;
        tile.source.k += static_cast<size_t>(kv) * input.k_head;
        tile.source.v += static_cast<size_t>(kv) * input.v_head;
        tile.q += row * tile.ldq + column;
        tile.out += row * tile.ldo + column;
        tile.tokens = std::min(tile_tokens, input.rows - row);
        tile.heads = std::min(tile_heads, heads - head);
        tile.position += row;
        return tile;
    }
};

int64_t Work(const Tile& tile) {
    // Loading a key costs about as much as eight rows' arithmetic with it.
    return static_cast<int64_t>(tile.End(tile.tokens - 1) - tile.First(0)) * (tile.rows() + 8);
}

size_t Aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

/// Which tiles are split, and the list of tasks, split ones first.
struct Schedule {
    int tasks = 0;
    int split_tiles = 0;  // the tasks' tiles that need merging
    size_t part_floats = 0;
};

bool Splits(const Tile& tile, int64_t total, int threads) {
    return threads > 1 && tile.end_split() - tile.first_split() > 1 &&
           Work(tile) * threads * 2 > total;
}

Schedule Count(std::span<const Tile> tiles, int64_t total, int threads) {
    Schedule s;
    for (const Tile& tile : tiles) {
        if (!Splits(tile, total, threads)) {
            ++s.tasks;
            continue;
        }
        const int splits = tile.end_split() - tile.first_split();
        s.tasks += splits;
        s.part_floats +=
            static_cast<size_t>(splits) * TileState::Floats(tile.rows(), tile.head_dim);
        ++s.split_tiles;
    }
    return s;
}

void List(std::span<const Tile> tiles, int64_t total, int threads, Task* task) {
    size_t part = 0;
    for (const bool split : {true, false}) {
        for (size_t i = 0; i < tiles.size(); ++i) {
            const Tile& tile = tiles[i];
            if (Splits(tile, total, threads) != split) continue;
            if (!split) {
                *task++ = {static_cast<int>(i), -1, 0};
                continue;
            }
            for (int j = tile.first_split(); j < tile.end_split(); ++j) {
                *task++ = {static_cast<int>(i), j, part};
                part += TileState::Floats(tile.rows(), tile.head_dim);
            }
        }
    }
}

void AttendWhole(const Tile& tile, const TileScratch& scratch) {
    const int rows = tile.rows(), dim = tile.head_dim;
    const TileState total = TileState::In(scratch.state, rows, dim);
    const TileState part = TileState::In(scratch.part, rows, dim);
    PackTile(tile, scratch);
    ClearState(rows, dim, total);
    for (int split = tile.first_split(); split < tile.end_split(); ++split) {
        AttendSplit(tile, split, scratch, part);
        MergeState(rows, dim, part, total);
    }
    FinishTile(tile, total);
}

void MergeParts(const Tile& tile, float* parts, const TileScratch& scratch) {
    const int rows = tile.rows(), dim = tile.head_dim;
    const TileState total = TileState::In(scratch.state, rows, dim);
    ClearState(rows, dim, total);
    for (int split = tile.first_split(); split < tile.end_split(); ++split) {
        MergeState(rows, dim, TileState::In(parts, rows, dim), total);
        parts += TileState::Floats(rows, dim);
    }
    FinishTile(tile, total);
}

/// Runs all tiles of `inputs` (a callable that gives the i-th of `count`).
template <typename Inputs>
void Attend(ThreadPool& pool, const Cut& cut, int head_dim, size_t count, const Inputs& inputs,
            Workspace& workspace) {
    size_t tile_count = 0;
    for (size_t i = 0; i < count; ++i) tile_count += static_cast<size_t>(cut.Tiles(inputs(i).rows));
    if (tile_count == 0) return;
    const auto threads = static_cast<size_t>(pool.threads());
    const size_t scratch_bytes = Aligned(TileScratch::Floats(head_dim) * sizeof(float));
    const size_t tile_bytes = Aligned(tile_count * sizeof(Tile));

    // The tiles are made in the workspace first; the rest of it is known only then, and growing it
    // drops its contents, so they are made again if it must grow.
    std::byte* memory = workspace.Get(tile_bytes + threads * scratch_bytes);
    const auto make = [&] {
        Tile* end = reinterpret_cast<Tile*>(memory);
        for (size_t i = 0; i < count; ++i) end = cut.Make(inputs(i), end);
    };
    make();
    std::span<const Tile> tiles(reinterpret_cast<const Tile*>(memory), tile_count);
    int64_t total = 0;
    for (const Tile& tile : tiles) total += Work(tile);
    int split_over = pool.threads();  // 1: nothing is split
    Schedule schedule = Count(tiles, total, split_over);
    if (schedule.part_floats * sizeof(float) > kMaxPartBytes) {
        split_over = 1;
        schedule = Count(tiles, total, split_over);
    }
    const size_t task_bytes = Aligned(static_cast<size_t>(schedule.tasks) * sizeof(Task));
    const size_t bytes =
        tile_bytes + threads * scratch_bytes + task_bytes + schedule.part_floats * sizeof(float);
    if (workspace.bytes() < bytes) {
        memory = workspace.Get(bytes);
        make();
        tiles = {reinterpret_cast<const Tile*>(memory), tile_count};
    }
    std::byte* scratches = memory + tile_bytes;
    Task* tasks = reinterpret_cast<Task*>(scratches + threads * scratch_bytes);
    float* parts = reinterpret_cast<float*>(scratches + threads * scratch_bytes + task_bytes);
    List(tiles, total, split_over, tasks);
    const auto scratch_of = [&](int worker) {
        std::byte* at = scratches + static_cast<size_t>(worker) * scratch_bytes;
        return TileScratch::In(reinterpret_cast<float*>(at), head_dim);
    };

    pool.Run(schedule.tasks, [&](int index, int worker) {
        const Task& task = tasks[index];
        const Tile& tile = tiles[static_cast<size_t>(task.tile)];
        const TileScratch scratch = scratch_of(worker);
        if (task.split < 0) return AttendWhole(tile, scratch);
        PackTile(tile, scratch);
        AttendSplit(tile, task.split, scratch,
                    TileState::In(parts + task.part, tile.rows(), tile.head_dim));
    });
    if (schedule.split_tiles == 0) return;
    // The first split of each split tile stands at the tile's place in the list of tasks.
    pool.Run(schedule.tasks, [&](int index, int worker) {
        const Task& task = tasks[index];
        const Tile& tile = tiles[static_cast<size_t>(task.tile)];
        if (task.split != tile.first_split()) return;
        MergeParts(tile, parts + task.part, scratch_of(worker));
    });
}

}  // namespace

void PagedAttention(ThreadPool& pool, const AttentionArgs& args, Workspace& workspace) {
    const KvLayer& layer = args.layer;
    ARGOSY_CHECK(layer.head_dim % (layer.type == KvType::kQ8_0 ? 32 : 8) == 0 &&
                 layer.head_dim <= kMaxHeadDim && args.heads % layer.kv_heads == 0);
    const size_t row_bytes = KvRowBytes(layer.type, layer.head_dim);
    Tile common;
    common.source = {.k = layer.k,
                     .v = layer.v,
                     .k_stride = row_bytes * static_cast<size_t>(layer.kv_heads),
                     .v_stride = row_bytes * static_cast<size_t>(layer.kv_heads),
                     .type = layer.type,
                     .blocks = nullptr,
                     .block_tokens = layer.block_tokens};
    common.ldq = args.ldq;
    common.ldo = args.ldo;
    common.head_dim = layer.head_dim;
    common.behind = args.window > 0 ? args.window - 1 : -1;
    common.scale = args.scale;
    common.softcap = args.softcap;

    int64_t row = 0;
    size_t at = 0;  // inputs are asked for in order, more than once
    const auto input = [&](size_t i) {
        if (i == 0) row = 0, at = 0;
        for (; at < i; ++at) row += args.sequences[at].rows;
        const AttentionSequence& s = args.sequences[i];
        Input in{common, s.rows, row_bytes, row_bytes};
        in.tile.source.blocks = s.blocks.data();
        in.tile.q = args.q + row * args.ldq;
        in.tile.out = args.out + row * args.ldo;
        in.tile.position = s.position;
        in.tile.keys = s.position + s.rows;
        return in;
    };
    Attend(pool, Cut(args.heads, layer.kv_heads), layer.head_dim, args.sequences.size(), input,
           workspace);
}

void DenseAttention(ThreadPool& pool, const DenseAttentionArgs& args, Workspace& workspace) {
    ARGOSY_CHECK(args.head_dim % 8 == 0 && args.head_dim <= kMaxHeadDim &&
                 args.heads % args.kv_heads == 0);
    Tile common;
    common.source.k_stride = static_cast<size_t>(args.ldk) * sizeof(float);
    common.source.v_stride = static_cast<size_t>(args.ldv) * sizeof(float);
    common.ldq = args.ldq;
    common.ldo = args.ldo;
    common.head_dim = args.head_dim;
    common.behind = args.window <= 0 ? -1 : args.causal ? args.window - 1 : args.window / 2;
    common.ahead = args.causal ? 0 : args.window > 0 ? args.window / 2 : -1;
    common.scale = args.scale;
    common.softcap = args.softcap;

    const size_t head_bytes = static_cast<size_t>(args.head_dim) * sizeof(float);
    int64_t row = 0;
    size_t at = 0;
    const auto input = [&](size_t i) {
        if (i == 0) row = 0, at = 0;
        for (; at < i; ++at) row += args.lengths[at];
        Input in{common, args.lengths[i], head_bytes, head_bytes};
        in.tile.source.k = reinterpret_cast<const std::byte*>(args.k + row * args.ldk);
        in.tile.source.v = reinterpret_cast<const std::byte*>(args.v + row * args.ldv);
        in.tile.q = args.q + row * args.ldq;
        in.tile.out = args.out + row * args.ldo;
        in.tile.keys = args.lengths[i];
        return in;
    };
    Attend(pool, Cut(args.heads, args.kv_heads), args.head_dim, args.lengths.size(), input,
           workspace);
}

}  // namespace argosy
