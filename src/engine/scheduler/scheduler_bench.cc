// What a step costs beside the model: scheduling, sampling, events, for 1 to 64 sequences over a
// vocabulary of 151,936 with a model that computes nothing. The last line is JSON.
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "engine/engine.h"
#include "engine/scheduler/sampler.h"

namespace argosy {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int32_t kVocab = 151'936;

std::vector<float> ModelLikeRow(uint32_t seed) {  // a bulk and a few likely tokens
    std::mt19937 random(seed);
    std::normal_distribution<float> bulk(0, 2.5F);
    std::vector<float> row(kVocab);
    for (float& x : row) x = bulk(random);
    for (int i = 0; i < 12; ++i) row[random() % kVocab] = 18.0F - 0.7F * static_cast<float>(i);
    return row;
}

class NullRunner final : public ModelRunner {
  public:
    NullRunner() {
        info_.context_length = 65'536;
        info_.vocab_size = kVocab;
        info_.kv_bytes_per_token = 1;
        for (uint32_t i = 0; i < 64; ++i) {
            auto row = ModelLikeRow(i);
            logits_.insert(logits_.end(), row.begin(), row.end());
        }
    }
    const RunnerInfo& info() const override { return info_; }
    int32_t block_tokens() const override { return 16; }
    Result<void> AllocateKv(int32_t) override { return {}; }
    void CopyBlock(int32_t, int32_t) override {}
    Result<std::span<float>> Forward(std::span<const SequenceStep> steps) override {
        size_t rows = 0;
        for (const SequenceStep& step : steps) {
            rows += step.tokens.size() - static_cast<size_t>(step.logits_from);
        }
        return std::span(logits_).first(rows * kVocab);
    }
    Result<std::vector<float>> Embed(std::span<const std::vector<TokenId>>,
                                     std::span<const std::vector<int32_t>>, Pooling) override {
        return Err(ErrorCode::kUnsupported, "not here");
    }
    Result<std::vector<float>> Score(std::span<const std::vector<TokenId>>,
                                     std::span<const std::vector<int32_t>>) override {
        return Err(ErrorCode::kUnsupported, "not here");
    }
    void Sleep() override {}
    Result<void> Wake() override { return {}; }

  private:
    RunnerInfo info_;
    std::vector<float> logits_;
};

class PlainTokenizer final : public Tokenizer {
  public:
    std::vector<TokenId> Encode(std::string_view, EncodeOptions) const override { return {}; }
    std::vector<TokenId> EncodePair(std::string_view, std::string_view,
                                    std::vector<int32_t>*) const override {
        return {};
    }
    std::string_view TokenBytes(TokenId) const override { return " word"; }
    std::string_view TokenText(TokenId) const override { return " word"; }
    std::optional<TokenId> FindToken(std::string_view) const override { return std::nullopt; }
    bool IsControl(TokenId) const override { return false; }
    std::string Decode(std::span<const TokenId>, bool) const override { return {}; }
    int32_t vocab_size() const override { return kVocab; }
    std::optional<TokenId> bos() const override { return std::nullopt; }
    std::optional<TokenId> eos() const override { return std::nullopt; }
    const std::vector<TokenId>& stop_tokens() const override { return stops_; }

  private:
    std::vector<TokenId> stops_;
};

SamplingParams Params(float temperature, int32_t top_k, float top_p) {
    SamplingParams params;
    params.temperature = temperature;
    params.top_k = top_k;
    params.top_p = top_p;
    params.seed = 1;
    params.max_tokens = 60'000;
    return params;
}

double MicrosPerRow(const SamplingParams& params) {
    std::vector<std::vector<float>> rows;
    for (uint32_t i = 0; i < 8; ++i) rows.push_back(ModelLikeRow(i));
    SamplerScratch scratch;
    int64_t sum = 0;
    constexpr int kRounds = 400;
    for (int i = 0; i < 20; ++i) sum += SampleToken(rows[i % 8], params, 0.5, scratch);
    auto start = Clock::now();
    for (int i = 0; i < kRounds; ++i) sum += SampleToken(rows[i % 8], params, i / 400.0, scratch);
    double micros = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    return sum < 0 ? 0 : micros / kRounds;
}

double MicrosPerStep(int32_t sequences, const SamplingParams& params) {
    PlainTokenizer tokenizer;
    EngineOptions options;
    options.kv_cache_bytes = 65'536 * 64;
    auto engine = OrThrow(Engine::Start(std::make_unique<NullRunner>(), tokenizer, options));
    std::atomic<int64_t> tokens = 0;
    std::vector<RequestId> ids;
    for (int32_t i = 0; i < sequences; ++i) {
        GenerateRequest request;
        request.prompt = {i + 1};
        request.sampling = params;
        ids.push_back(OrThrow(engine->Submit(
            request, [&](GenerateEvent e) { tokens += static_cast<int64_t>(e.tokens.size()); })));
    }
    while (tokens < sequences * 4) std::this_thread::yield();
    uint64_t first = engine->stats().steps;
    auto start = Clock::now();
    uint64_t steps = 0;
    while (steps < 1000) {  // fewer than max_tokens: all sequences run all the time
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        steps = engine->stats().steps - first;
    }
    double micros = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    for (RequestId id : ids) engine->Cancel(id);
    return micros / static_cast<double>(steps);
}

void Run() {
    double greedy = MicrosPerRow(Params(0, 0, 1));
    double typical = MicrosPerRow(Params(0.8F, 40, 0.95F));
    double plain = MicrosPerRow(Params(1, 0, 1));
    double nucleus = MicrosPerRow(Params(1, 0, 0.95F));
    fmt::print(
        "a row of {} logits: greedy {:.0f} us, top_k 40 + top_p 0.95 {:.0f} us, "
        "temperature only {:.0f} us, top_p 0.95 only {:.0f} us\n",
        kVocab, greedy, typical, plain, nucleus);
    std::string steps;
    for (int32_t sequences : {1, 8, 32, 64}) {
        double greedy_step = MicrosPerStep(sequences, Params(0, 0, 1));
        double sampled_step = MicrosPerStep(sequences, Params(0.8F, 40, 0.95F));
        fmt::print("a step of {} sequences: greedy {:.0f} us, sampled {:.0f} us\n", sequences,
                   greedy_step, sampled_step);
        steps += fmt::format(R"(,"step_{}_greedy":{:.1f},"step_{}_sampled":{:.1f})", sequences,
                             greedy_step, sequences, sampled_step);
    }
    fmt::print(R"({{"name":"scheduler","ours":{:.1f},"peer":null,"ratio":null,"unit":"us/row",)"
               R"("bar":150,"greedy":{:.1f},"temperature":{:.1f},"top_p":{:.1f}{}}})"
               "\n",
               typical, greedy, plain, nucleus, steps);
}

}  // namespace
}  // namespace argosy

int main() { argosy::Run(); }
