// The KV blocks of one runner: who uses which, and which hold the keys and values of a known piece
// of text so that a later request with the same beginning need not compute them again.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/tokenizer.h"

namespace argosy {

/// Where a chain of cached blocks begins: blocks are shared only between sequences of equal roots.
struct CacheRoot {
    std::string salt;
    uint64_t adapter = 0;  // serial of the loaded adapter, 0: the base model

    bool operator==(const CacheRoot&) const = default;
};

/// Blocks are counted: free (0 references; its content stays findable until it is handed out again,
/// least recently used first) or used. A full block can be registered under its parent block and
/// tokens; finding compares parent, tokens and root in full, so a hash collision never shares
/// anything. A parent is always used or freed no earlier than its children, provided that callers
/// release a sequence's blocks from the last to the first. All memory is taken in the constructor,
/// but for salts. Thread-compatible.
class BlockPool {
  public:
    BlockPool(int32_t blocks, int32_t block_tokens, bool cache);

    int32_t block_tokens() const { return block_tokens_; }
    int32_t total() const { return static_cast<int32_t>(blocks_.size()); }
    int32_t free() const { return free_; }
    int32_t used() const { return total() - free_; }
    bool caches() const { return !buckets_.empty(); }

    /// A block with one reference and no content, or -1 when all are used.
    int32_t Allocate();
    void Ref(int32_t block);
    void Unref(int32_t block);
    int32_t refs(int32_t block) const { return blocks_[block].refs; }

    /// The block holding these `block_tokens()` tokens after `parent` (-1: at the start), or -1.
    /// Takes no reference.
    int32_t Find(const CacheRoot& root, int32_t parent, std::span<const TokenId> tokens) const;
    /// Makes a full, referenced block findable. Returns the block to use: the same, or one that
    /// already holds this text; the caller's reference has then moved to that one.
    int32_t Register(const std::shared_ptr<const CacheRoot>& root, int32_t parent, int32_t block,
                     std::span<const TokenId> tokens);
    /// Forgets all content (adapters changed under us, memory dropped). References stay.
    void DropCache();

    /// Dies unless the counts equal the uses in `tables` (one per sequence) and lists, hash chains
    /// and parents fit together. For tests.
    void CheckInvariants(std::span<const std::span<const int32_t>> tables) const;

  private:
    struct Block {
        int32_t refs = 0;
        int32_t previous = -1, next = -1;  // in the free list
        int32_t chain = -1;                // next in its hash bucket
        int32_t parent = -1;
        uint64_t parent_serial = 0;
        uint64_t serial = 0;  // of the registration; 0: holds nothing findable
        uint64_t hash = 0;
        std::shared_ptr<const CacheRoot> root;
    };

    uint64_t Hash(const CacheRoot& root, int32_t parent, std::span<const TokenId> tokens) const;
    std::span<const TokenId> TokensOf(int32_t block) const;
    void LinkFree(int32_t block, bool front);
    void UnlinkFree(int32_t block);
    void Forget(int32_t block);

    int32_t block_tokens_;
    int32_t free_ = 0;
    int32_t first_free_ = -1, last_free_ = -1;  // handed out from the front
    uint64_t next_serial_ = 1;
    uint64_t hash_seed_;
    std::vector<Block> blocks_;
    std::vector<int32_t> buckets_;  // heads of hash chains; a power of two; empty: no cache
    std::vector<TokenId> tokens_;   // [block][block_tokens]
};

}  // namespace argosy
