// The inner part of attention: a tile of query rows against one split of the keys. Internal to
// attention.cc; attention_tile.cc has it once in Highway for every instruction set.
//
// Why the bits never change: lanes hold different keys (for scores) or different elements of V (for
// the output), never parts of one sum, so each number is one chain of fused multiply-adds in a
// fixed order, whatever the tile around it. Key blocks and splits begin at absolute positions. A
// block that a row sees nothing of leaves that row's state as it was, so skipping it is exact.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels/attention.h"

namespace argosy {

inline constexpr int kKeyBlock = 32;     // keys whose scores exist at a time
inline constexpr int kSplitKeys = 512;   // keys folded into one partial result; whole key blocks
inline constexpr int kMaxTileRows = 48;  // (token, head) pairs that share loads of K and V
inline constexpr int kMaxHeadDim = 256;

/// Columns of the packed V and of the output being summed: whole vectors, the rest zeros.
inline int PaddedDim(int head_dim) { return (head_dim + 15) / 16 * 16; }

/// Where the keys of one KV head are. Paged where `blocks` is not null, else rows in a line.
struct KeySource {
    const std::byte* k = nullptr;  // of this head, token 0 of block 0
    const std::byte* v = nullptr;
    size_t k_stride = 0;  // bytes from one token to the next
    size_t v_stride = 0;
    KvType type = KvType::kF32;
    const int32_t* blocks = nullptr;
    int block_tokens = 0;
};

/// Online softmax of the rows of a tile so far: acc [rows][PaddedDim] is the sum of exp(score -
/// max) * V, sum that of exp(score - max).
struct TileState {
    float* acc = nullptr;
    float* max = nullptr;
    float* sum = nullptr;

    static size_t Floats(int rows, int head_dim) {
        return static_cast<size_t>(rows) * (static_cast<size_t>(PaddedDim(head_dim)) + 16);
    }
    static TileState In(float* memory, int rows, int head_dim) {
        float* max = memory + static_cast<size_t>(rows) * static_cast<size_t>(PaddedDim(head_dim));
        return {memory, max, max + rows};
    }
};

/// Scratch of one thread.
struct TileScratch {
    float* q;       // [kMaxTileRows][head_dim], scaled
    float* scores;  // [kMaxTileRows][kKeyBlock]
    float* keys;    // [head_dim][kKeyBlock], transposed
    float* values;  // [kKeyBlock][PaddedDim]
    float* lanes;   // [kMaxTileRows][16], sums not yet added up
    float* state;   // one TileState
    float* part;    // another

    static size_t Floats(int head_dim);
    static TileScratch In(float* memory, int head_dim);
};

/// A tile's queries and what each row may see. Rows are tokens in order, each with its heads.
struct Tile {
    KeySource source;
    const float* q = nullptr;  // of the first token and head
    float* out = nullptr;
    int64_t ldq = 0, ldo = 0;  // floats from one token to the next
    int tokens = 0, heads = 0, head_dim = 0;
    int position = 0;  // of the first token
    int keys = 0;      // that exist for this sequence
    int behind = -1;   // how many keys before itself a token sees; -1: all
    int ahead = 0;     // how many after itself; -1: all
    float scale = 1, softcap = 0;

    int rows() const { return tokens * heads; }
    /// Keys that the token at `position + t` sees: [first, end).
    int First(int t) const {
        return behind < 0 || position + t < behind ? 0 : position + t - behind;
    }
    int End(int t) const {
        return ahead < 0 || position + t >= keys - ahead ? keys : position + t + ahead + 1;
    }
    int first_split() const { return First(0) / kSplitKeys; }
    int end_split() const { return (End(tokens - 1) + kSplitKeys - 1) / kSplitKeys; }
};

/// Copies the tile's queries into scratch.q.
void PackTile(const Tile& tile, const TileScratch& scratch);
/// Attends to the keys of one split and leaves the result in `state`.
void AttendSplit(const Tile& tile, int split, const TileScratch& scratch, const TileState& state);
/// No key seen yet.
void ClearState(int rows, int head_dim, const TileState& state);
/// total = total and part together; the order of calls is the order of splits.
void MergeState(int rows, int head_dim, const TileState& part, const TileState& total);
/// Divides by the sums and writes the tile's output.
void FinishTile(const Tile& tile, const TileState& total);

}  // namespace argosy
