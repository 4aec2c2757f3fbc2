#include "tests/engine/fake_runner.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace argosy {

/// Stands behind the fake's LoraAdapter pointers, which nobody else looks into.
struct FakeAdapter {
    uint64_t number;
};

namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value ^ (hash >> 31)) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 29);
}

uint64_t NumberOf(const LoraAdapter* adapter) {
    return adapter == nullptr ? 0 : reinterpret_cast<const FakeAdapter*>(adapter)->number;
}

}  // namespace

FakeTokenizer::FakeTokenizer(int32_t vocab) {
    const std::vector<std::string> odd = {"\xC3", "\xA9", "\xE2\x82", "\xAC",
                                          "ab",   "bc",   "abc",      " "};
    for (int32_t i = 0; i < vocab; ++i) {
        if (i == 0) {
            texts_.emplace_back("</s>");
        } else if (i <= static_cast<int32_t>(odd.size())) {
            texts_.push_back(odd[i - 1]);
        } else {
            texts_.push_back(std::string(1, static_cast<char>('a' + i % 26)) +
                             (i > 60 ? std::string(1, static_cast<char>('a' + i % 7)) : ""));
        }
    }
}

std::vector<TokenId> FakeTokenizer::Encode(std::string_view text, EncodeOptions) const {
    std::vector<TokenId> ids;
    for (char c : text) ids.push_back(1 + static_cast<uint8_t>(c) % (vocab_size() - 1));
    return ids;
}

std::vector<TokenId> FakeTokenizer::EncodePair(std::string_view a, std::string_view b,
                                               std::vector<int32_t>* type_ids) const {
    auto ids = Encode(a, {});
    auto second = Encode(b, {});
    if (type_ids != nullptr) {
        type_ids->assign(ids.size(), 0);
        type_ids->resize(ids.size() + second.size(), 1);
    }
    ids.insert(ids.end(), second.begin(), second.end());
    return ids;
}

std::string_view FakeTokenizer::TokenBytes(TokenId id) const {
    return id > 0 && id < vocab_size() ? std::string_view(texts_[id]) : std::string_view();
}

std::string_view FakeTokenizer::TokenText(TokenId id) const {
    return id >= 0 && id < vocab_size() ? std::string_view(texts_[id]) : std::string_view();
}

std::optional<TokenId> FakeTokenizer::FindToken(std::string_view text) const {
    auto found = std::ranges::find(texts_, text);
    if (found == texts_.end()) return std::nullopt;
    return static_cast<TokenId>(found - texts_.begin());
}

std::string FakeTokenizer::Decode(std::span<const TokenId> ids, bool) const {
    std::string bytes;
    for (TokenId id : ids) bytes += TokenBytes(id);
    return SanitizeUtf8(bytes);
}

FakeRunner::FakeRunner(FakeRunnerOptions options) : options_(options) {
    info_.architecture = "fake";
    info_.name = "fake";
    info_.context_length = options.context_length;
    info_.vocab_size = options.vocab;
    info_.embedding_dim = 2;
    info_.embeds = info_.reranks = true;
    info_.kv_bytes_per_token = 8;
}

Result<void> FakeRunner::AllocateKv(int32_t blocks) {
    kv_.assign(static_cast<size_t>(blocks) * options_.block_tokens, 0xDEADBEEF);
    written_.assign(static_cast<size_t>(blocks), -1);
    return {};
}

void FakeRunner::CopyBlock(int32_t from, int32_t to) {
    ARGOSY_CHECK(from != to);
    std::copy_n(kv_.begin() + ptrdiff_t{from} * options_.block_tokens, options_.block_tokens,
                kv_.begin() + ptrdiff_t{to} * options_.block_tokens);
}

Result<std::span<float>> FakeRunner::Forward(std::span<const SequenceStep> steps) {
    if (!awake_) return Err(ErrorCode::kUnavailable, "the fake is asleep");
    ++forwards;
    if (before_forward) ARGOSY_CHECK_OK(before_forward(steps));
    logits_.clear();
    std::ranges::fill(written_, -1);
    int32_t tokens = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
        const SequenceStep& step = steps[i];
        auto count = static_cast<int32_t>(step.tokens.size());
        ARGOSY_CHECK(count > 0 && step.logits_from >= 0);
        tokens += count;
        int32_t end = step.position + count;
        ARGOSY_CHECK(end <= static_cast<int32_t>(step.blocks.size()) * options_.block_tokens);
        for (int32_t p = step.position; p < end; ++p) {
            int32_t& writer = written_[step.blocks[p / options_.block_tokens]];
            ARGOSY_CHECK(writer == -1 || writer == static_cast<int32_t>(i));
            writer = static_cast<int32_t>(i);
        }
        RunStep(step);
    }
    tokens_computed += tokens;
    widest_step = std::max(widest_step.load(), tokens);
    return std::span<float>(logits_);
}

void FakeRunner::RunStep(const SequenceStep& step) {
    auto slot = [&](int32_t position) -> uint64_t& {
        return kv_[static_cast<size_t>(step.blocks[position / options_.block_tokens]) *
                       options_.block_tokens +
                   position % options_.block_tokens];
    };
    uint64_t prefix = Mix(options_.model, NumberOf(step.adapter));
    for (int32_t p = 0; p < step.position; ++p) prefix = Mix(prefix, slot(p));
    for (int32_t i = 0; i < static_cast<int32_t>(step.tokens.size()); ++i) {
        TokenId token = step.tokens[i];
        ARGOSY_CHECK(token >= 0 && token < options_.vocab);
        int32_t position = step.position + i;
        slot(position) = Mix(prefix, static_cast<uint64_t>(token) * 1000003 + position);
        prefix = Mix(prefix, slot(position));
        if (i >= step.logits_from) WriteLogits(prefix, token, step.adapter);
    }
}

void FakeRunner::WriteLogits(uint64_t prefix, TokenId last, const LoraAdapter* adapter) {
    size_t first = logits_.size();
    logits_.resize(first + options_.vocab);
    uint64_t state = prefix;
    for (int32_t i = 0; i < options_.vocab; ++i) {
        state = Mix(state, static_cast<uint64_t>(i) + 1);
        logits_[first + i] = static_cast<float>(state >> 40) * 0x1.0p-22F;  // [0, 4)
    }
    // Short cycles, so that look-up finds something to draft.
    auto next = static_cast<int32_t>((last * 7 + 3 + NumberOf(adapter)) % 11 + 1);
    logits_[first + next] += options_.habit;
}

Result<std::vector<float>> FakeRunner::Embed(std::span<const std::vector<TokenId>> inputs,
                                             std::span<const std::vector<int32_t>>, Pooling) {
    std::vector<float> values;
    for (const auto& input : inputs) {
        if (input.front() == 13) return Err(ErrorCode::kInternal, "token 13 is bad luck");
        values.push_back(static_cast<float>(input.size()));
        values.push_back(static_cast<float>(input.front()));
    }
    return values;
}

Result<std::vector<float>> FakeRunner::Score(std::span<const std::vector<TokenId>> pairs,
                                             std::span<const std::vector<int32_t>>) {
    std::vector<float> values;
    for (const auto& pair : pairs) values.push_back(static_cast<float>(pair.back()));
    return values;
}

Result<LoadedAdapter> FakeRunner::LoadAdapter(const std::filesystem::path& path) {
    auto fake = std::make_shared<FakeAdapter>(std::hash<std::string>{}(path.string()));
    // Never read as a LoraAdapter by anyone: a handle that comes back in SequenceStep.
    auto* opaque = reinterpret_cast<const LoraAdapter*>(fake.get());
    return LoadedAdapter{std::shared_ptr<const LoraAdapter>(fake, opaque), 8};
}

void FakeRunner::Sleep() {
    awake_ = false;
    kv_.clear();
}

Result<void> FakeRunner::Wake() {
    awake_ = true;
    return {};
}

namespace {

std::vector<float> LogitsOfLast(FakeRunner& runner, std::vector<TokenId> tokens, int32_t position,
                                std::vector<int32_t> blocks) {
    SequenceStep step{tokens, position, blocks, static_cast<int32_t>(tokens.size()) - 1, nullptr};
    auto logits = OrThrow(runner.Forward({&step, 1}));
    return {logits.begin(), logits.end()};
}

TEST(FakeRunner, LogitsDependOnTheWholePrefixInItsBlocksButNotOnChunks) {
    FakeRunner runner({.block_tokens = 2});
    ASSERT_TRUE(runner.AllocateKv(8));
    auto whole = LogitsOfLast(runner, {1, 2, 3, 4, 5}, 0, {0, 1, 2});
    LogitsOfLast(runner, {1, 2, 3}, 0, {5, 4});
    EXPECT_EQ(LogitsOfLast(runner, {4, 5}, 3, {5, 4, 7}), whole);
    EXPECT_NE(LogitsOfLast(runner, {4, 5}, 3, {4, 5, 7}),
              whole);  // blocks in the wrong order
}

}  // namespace
}  // namespace argosy
