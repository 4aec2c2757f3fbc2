#include "engine/scheduler/block_pool.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <random>

#include "base/check.h"

namespace argosy {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {  // the finaliser of splitmix64 over a running hash
    hash = (hash ^ value) * 0xBF58476D1CE4E5B9ULL;
    hash = (hash ^ (hash >> 29)) * 0x94D049BB133111EBULL;
    return hash ^ (hash >> 32);
}

}  // namespace

BlockPool::BlockPool(int32_t blocks, int32_t block_tokens, bool cache)
    : block_tokens_(block_tokens), hash_seed_(std::random_device{}()) {
    ARGOSY_CHECK(blocks > 0 && block_tokens > 0);
    blocks_.resize(static_cast<size_t>(blocks));
    for (int32_t i = 0; i < blocks; ++i) LinkFree(i, false);
    if (!cache) return;
    buckets_.assign(std::bit_ceil(static_cast<size_t>(blocks) * 2), -1);
    tokens_.resize(static_cast<size_t>(blocks) * static_cast<size_t>(block_tokens));
}

int32_t BlockPool::Allocate() {
    if (first_free_ < 0) return -1;
    int32_t block = first_free_;
    UnlinkFree(block);
    Forget(block);
    blocks_[block].refs = 1;
    return block;
}

void BlockPool::Ref(int32_t block) {
    if (blocks_[block].refs++ == 0) UnlinkFree(block);
}

void BlockPool::Unref(int32_t block) {
    ARGOSY_CHECK(blocks_[block].refs > 0);
    // A block without findable content is of no use to anybody: it goes first.
    if (--blocks_[block].refs == 0) LinkFree(block, blocks_[block].serial == 0);
}

int32_t BlockPool::Find(const CacheRoot& root, int32_t parent,
                        std::span<const TokenId> tokens) const {
    if (!caches()) return -1;
    uint64_t hash = Hash(root, parent, tokens);
    for (int32_t i = buckets_[hash & (buckets_.size() - 1)]; i >= 0; i = blocks_[i].chain) {
        const Block& block = blocks_[i];
        if (block.hash != hash || block.parent != parent) continue;
        if (parent >= 0 && block.parent_serial != blocks_[parent].serial) continue;
        // Deeper blocks have the root of their chain.
        if (parent < 0 && *block.root != root) continue;
        if (std::ranges::equal(TokensOf(i), tokens)) return i;
    }
    return -1;
}

int32_t BlockPool::Register(const std::shared_ptr<const CacheRoot>& root, int32_t parent,
                            int32_t index, std::span<const TokenId> tokens) {
    if (!caches()) return index;
    ARGOSY_CHECK(blocks_[index].refs > 0);
    ARGOSY_CHECK(parent < 0 || (blocks_[parent].refs > 0 && blocks_[parent].serial != 0));
    if (blocks_[index].serial != 0) return index;  // shared by a fork that was here before
    if (int32_t same = Find(*root, parent, tokens); same >= 0) {
        Ref(same);
        Unref(index);
        return same;
    }
    Block& block = blocks_[index];
    block.hash = Hash(*root, parent, tokens);
    block.parent = parent;
    block.parent_serial = parent < 0 ? 0 : blocks_[parent].serial;
    block.serial = next_serial_++;
    block.root = root;
    std::ranges::copy(tokens, tokens_.begin() + ptrdiff_t{index} * block_tokens_);
    int32_t& head = buckets_[block.hash & (buckets_.size() - 1)];
    block.chain = head;
    head = index;
    return index;
}

void BlockPool::DropCache() {
    for (int32_t i = 0; i < total(); ++i) Forget(i);
}

void BlockPool::Forget(int32_t index) {
    Block& block = blocks_[index];
    if (block.serial == 0) return;
    int32_t* link = &buckets_[block.hash & (buckets_.size() - 1)];
    while (*link != index) link = &blocks_[*link].chain;
    *link = block.chain;
    block.serial = 0;
    block.parent = -1;
    block.chain = -1;
    block.root.reset();
}

uint64_t BlockPool::Hash(const CacheRoot& root, int32_t parent,
                         std::span<const TokenId> tokens) const {
    uint64_t hash = hash_seed_;
    if (parent >= 0) {
        hash = Mix(hash, blocks_[parent].serial);
    } else {
        hash = Mix(Mix(hash, std::hash<std::string>{}(root.salt)), root.adapter);
    }
    for (TokenId token : tokens) hash = Mix(hash, static_cast<uint32_t>(token));
    return hash;
}

std::span<const TokenId> BlockPool::TokensOf(int32_t block) const {
    return {tokens_.data() + ptrdiff_t{block} * block_tokens_, static_cast<size_t>(block_tokens_)};
}

void BlockPool::LinkFree(int32_t index, bool front) {
    Block& block = blocks_[index];
    block.previous = front ? -1 : last_free_;
    block.next = front ? first_free_ : -1;
    (block.previous >= 0 ? blocks_[block.previous].next : first_free_) = index;
    (block.next >= 0 ? blocks_[block.next].previous : last_free_) = index;
    ++free_;
}

void BlockPool::UnlinkFree(int32_t index) {
    Block& block = blocks_[index];
    (block.previous >= 0 ? blocks_[block.previous].next : first_free_) = block.next;
    (block.next >= 0 ? blocks_[block.next].previous : last_free_) = block.previous;
    block.previous = block.next = -1;
    --free_;
}

void BlockPool::CheckInvariants(std::span<const std::span<const int32_t>> tables) const {
    std::vector<int32_t> uses(blocks_.size(), 0);
    for (auto table : tables) {
        for (int32_t block : table) ++uses[static_cast<size_t>(block)];
    }
    int32_t unused = 0;
    for (size_t i = 0; i < blocks_.size(); ++i) {
        const Block& block = blocks_[i];
        ARGOSY_CHECK(block.refs == uses[i]);
        unused += block.refs == 0 ? 1 : 0;
        if (block.serial == 0 || block.parent < 0) continue;
        const Block& parent = blocks_[static_cast<size_t>(block.parent)];
        ARGOSY_CHECK(parent.serial == block.parent_serial);
        ARGOSY_CHECK(parent.refs >= (block.refs > 0 ? 1 : 0));
    }
    ARGOSY_CHECK(unused == free_);
    int32_t listed = 0;
    for (int32_t i = first_free_; i >= 0; i = blocks_[i].next) {
        ARGOSY_CHECK(blocks_[i].refs == 0);
        ++listed;
    }
    ARGOSY_CHECK(listed == free_);
    int32_t chained = 0;
    for (int32_t head : buckets_) {
        for (int32_t i = head; i >= 0; i = blocks_[i].chain) ++chained;
    }
    ARGOSY_CHECK(chained == std::ranges::count_if(blocks_, [](auto& b) { return b.serial != 0; }));
}

}  // namespace argosy
