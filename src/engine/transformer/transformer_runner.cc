#include "engine/transformer/transformer_runner.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/ops.h"
#include "engine/load.h"

namespace argosy {

TransformerRunner::TransformerRunner(std::shared_ptr<const ModelFile> model,
                                     Architecture architecture, KvType kv_type, int threads)
    : model_(std::move(model)),
      a_(std::move(architecture)),
      pool_(threads),
      pass_(a_, pool_),
      kv_(a_, kv_type, kBlockTokens),
      kv_type_(kv_type) {}

Result<std::unique_ptr<TransformerRunner>> TransformerRunner::Load(
    std::shared_ptr<const ModelFile> model, const EngineOptions& options) {
    auto architecture = ReadArchitecture(*model, options.context_length);
    if (!architecture) return At(model->path().string(), std::move(architecture.error()));
    ARGOSY_TRY(const KvType kv_type, ParseKvType(options.kv_type, architecture->head_dim));
    const std::string path = model->path().string();
    std::unique_ptr<TransformerRunner> runner(new TransformerRunner(
        std::move(model), std::move(*architecture), kv_type, options.threads));
    if (auto made = runner->MakeWeights(); !made) return At(path, std::move(made.error()));
    return runner;
}

Result<void> TransformerRunner::MakeWeights() {
    ARGOSY_TRY(weights_, LoadWeights(*model_, a_, pool_));
    model_->DropPages();  // what was repacked is ours now; the rest comes back when it is read
    awake_ = true;
    FillInfo();
    return {};
}

void TransformerRunner::FillInfo() {
    info_.architecture = a_.name;
    info_.name = model_->GetString("general.name").value_or(model_->path().stem().string());
    info_.context_length = a_.context;
    info_.vocab_size = a_.vocabulary;
    info_.embedding_dim = a_.width;
    info_.reranks = weights_.classifier.present();
    info_.generates = weights_.head.present();
    info_.embeds = a_.made_for_embeddings && !info_.reranks;
    info_.causal = !a_.encoder;
    info_.kv_bytes_per_token = a_.encoder ? 0 : KvCache::TokenBytes(a_, kv_type_);
    info_.weight_bytes = weights_.bytes;
    const auto head = static_cast<uint64_t>(weights_.head.weight.in() * weights_.head.weight.out());
    info_.layer_products = weights_.products - head;
}

Result<void> TransformerRunner::AllocateKv(int32_t blocks) {
    kv_blocks_ = blocks;
    return kv_.Allocate(blocks);
}

void TransformerRunner::Gather(std::span<const SequenceStep> steps) {
    tokens_.clear();
    positions_.clear();
    sequences_.clear();
    adapters_.clear();
    wanted_.clear();
    for (const SequenceStep& step : steps) {
        const auto first = static_cast<int>(tokens_.size());
        const auto count = static_cast<int>(step.tokens.size());
        tokens_.insert(tokens_.end(), step.tokens.begin(), step.tokens.end());
        for (int i = 0; i < count; ++i) {
            positions_.push_back(step.position + i);
            if (i >= step.logits_from) wanted_.push_back(first + i);
        }
        sequences_.push_back({count, step.position, step.blocks});
        if (step.adapter == nullptr) continue;
        const bool joins = !adapters_.empty() && adapters_.back().adapter == step.adapter &&
                           adapters_.back().first + adapters_.back().count == first;
        if (joins) {
            adapters_.back().count += count;
        } else {
            adapters_.push_back({first, count, step.adapter});
        }
    }
}

Result<std::span<float>> TransformerRunner::Forward(std::span<const SequenceStep> steps) {
    if (!awake_ || !kv_.allocated()) {
        return Err(ErrorCode::kUnavailable, "the model sleeps: its weights are not loaded");
    }
    Gather(steps);
    const auto attend = [&](int layer, const float* qkv, float* out) {
        const int64_t ld = a_.qkv_width();
        const float* k = qkv + a_.q_width();
        AttentionArgs args;
        args.layer = kv_.layer(layer);
        args.sequences = sequences_;
        args.heads = a_.heads;
        args.q = qkv;
        args.ldq = ld;
        args.out = out;
        args.ldo = a_.q_width();
        args.scale = a_.attention_scale;
        args.softcap = a_.attention_softcap;
        args.window = a_.windows[static_cast<size_t>(layer)];
        StoreKv(pool_, args.layer, sequences_, k, ld, k + a_.kv_width(), ld);
        PagedAttention(pool_, args, attention_workspace_);
    };
    pass_.Run(weights_, {tokens_, positions_, {}, adapters_}, attend);
    const size_t count = wanted_.size();
    normed_.resize(std::max(normed_.size(), count * static_cast<size_t>(a_.width)));
    logits_.resize(std::max(logits_.size(), count * static_cast<size_t>(a_.vocabulary)));
    if (count == 0) return std::span<float>();
    pass_.FinalNorm(weights_, wanted_, normed_.data());
    pass_.Head(weights_.head, normed_.data(), static_cast<int>(count), logits_.data());
    return std::span(logits_).first(count * static_cast<size_t>(a_.vocabulary));
}

Result<void> TransformerRunner::RunWhole(std::span<const std::vector<TokenId>> inputs,
                                         std::span<const std::vector<int32_t>> type_ids,
                                         std::vector<int>& first) {
    if (!awake_) return Err(ErrorCode::kUnavailable, "the model sleeps: no weights are loaded");
    tokens_.clear();
    positions_.clear();
    types_.clear();
    std::vector<int> lengths;
    for (size_t i = 0; i < inputs.size(); ++i) {
        const auto count = static_cast<int>(inputs[i].size());
        if (count == 0 || count > a_.context) {
            return Err(ErrorCode::kInvalidArgument,
                       "input {} has {} tokens, must have 1 to {} (the model's context)", i, count,
                       a_.context);
        }
        first.push_back(static_cast<int>(tokens_.size()));
        lengths.push_back(count);
        tokens_.insert(tokens_.end(), inputs[i].begin(), inputs[i].end());
        for (int t = 0; t < count; ++t) {
            positions_.push_back(t);
            const bool typed = i < type_ids.size() && static_cast<size_t>(t) < type_ids[i].size();
            types_.push_back(typed ? type_ids[i][static_cast<size_t>(t)] : 0);
        }
    }
    const auto attend = [&](int layer, const float* qkv, float* out) {
        DenseAttentionArgs args;
        args.q = qkv;
        args.k = qkv + a_.q_width();
        args.v = args.k + a_.kv_width();
        args.out = out;
        args.ldq = args.ldk = args.ldv = a_.qkv_width();
        args.ldo = a_.q_width();
        args.lengths = lengths;
        args.heads = a_.heads;
        args.kv_heads = a_.kv_heads;
        args.head_dim = a_.head_dim;
        args.scale = a_.attention_scale;
        args.softcap = a_.attention_softcap;
        args.window = a_.windows[static_cast<size_t>(layer)];
        args.causal = !a_.encoder;
        DenseAttention(pool_, args, attention_workspace_);
    };
    pass_.Run(weights_, {tokens_, positions_, types_, {}}, attend);
    return {};
}

Result<void> TransformerRunner::PoolInputs(std::span<const std::vector<TokenId>> inputs,
                                           std::span<const std::vector<int32_t>> type_ids,
                                           Pooling pooling, std::vector<float>& pooled) {
    std::vector<int> first;
    ARGOSY_CHECK_OK(RunWhole(inputs, type_ids, first));
    if (pooling == Pooling::kModelDefault) pooling = a_.pooling;
    const int64_t width = a_.width;
    std::vector<float> row(static_cast<size_t>(width));
    pooled.assign(inputs.size() * static_cast<size_t>(width), 0.0F);
    for (size_t i = 0; i < inputs.size(); ++i) {
        float* out = pooled.data() + static_cast<int64_t>(i) * width;
        const auto count = static_cast<int>(inputs[i].size());
        if (pooling == Pooling::kMean) {
            for (int t = 0; t < count; ++t) {
                const int at = first[i] + t;
                pass_.FinalNorm(weights_, {&at, 1}, row.data());
                AddScaled(1.0F / static_cast<float>(count), row.data(), width, out);
            }
        } else {
            const int at = pooling == Pooling::kCls ? first[i] : first[i] + count - 1;
            pass_.FinalNorm(weights_, {&at, 1}, out);
        }
    }
    return {};
}

Result<std::vector<float>> TransformerRunner::Embed(std::span<const std::vector<TokenId>> inputs,
                                                    std::span<const std::vector<int32_t>> type_ids,
                                                    Pooling pooling) {
    std::vector<float> pooled;
    ARGOSY_CHECK_OK(PoolInputs(inputs, type_ids, pooling, pooled));
    return pooled;
}

Result<std::vector<float>> TransformerRunner::Score(
    std::span<const std::vector<TokenId>> pairs, std::span<const std::vector<int32_t>> type_ids) {
    if (!weights_.classifier.present()) {
        return Err(ErrorCode::kUnsupported, "{} has no classification head: it is no reranker",
                   info_.name);
    }
    std::vector<float> pooled;
    const Pooling pooling = a_.encoder ? Pooling::kCls : Pooling::kLast;
    ARGOSY_CHECK_OK(PoolInputs(pairs, type_ids, pooling, pooled));
    const auto count = static_cast<int>(pairs.size());
    if (weights_.pooler.present()) {
        std::vector<float> dense(pooled.size());
        const MatMulJob job{&weights_.pooler.weight, dense.data(), a_.width};
        MatMul(pool_, {&job, 1}, pooled.data(), count, a_.width, pass_.workspace());
        for (int i = 0; i < count; ++i) {
            float* row = dense.data() + int64_t{i} * a_.width;
            if (!weights_.pooler.bias.empty()) {
                Add(row, weights_.pooler.bias.data(), a_.width, row);
            }
            Tanh(row, a_.width, row);
        }
        pooled = std::move(dense);
    }
    const auto labels = static_cast<size_t>(weights_.classifier.weight.out());
    std::vector<float> logits(pairs.size() * labels);
    pass_.Head(weights_.classifier, pooled.data(), count, logits.data());
    std::vector<float> scores;
    for (size_t i = 0; i < pairs.size(); ++i) {
        // One logit: its probability. Two: those of yes and of no.
        const float* row = logits.data() + i * labels;
        const float margin = labels == 1 ? row[0] : row[0] - row[1];
        scores.push_back(1 / (1 + std::exp(-margin)));
    }
    return scores;
}

Result<LoadedAdapter> TransformerRunner::LoadAdapter(const std::filesystem::path& path) {
    ARGOSY_TRY(auto adapter, LoraAdapter::Load(path, *model_, a_));
    const int rank = adapter->rank();
    return LoadedAdapter{std::move(adapter), rank};
}

void TransformerRunner::Sleep() {
    awake_ = false;
    weights_ = {};
    kv_.Release();
    model_->DropPages();
}

Result<void> TransformerRunner::Wake() {
    ARGOSY_CHECK_OK(MakeWeights());
    if (kv_blocks_ > 0) return kv_.Allocate(kv_blocks_);
    return {};
}

Result<std::unique_ptr<ModelRunner>> LoadRunner(std::shared_ptr<const ModelFile> model,
                                                const EngineOptions& options) {
    return TransformerRunner::Load(std::move(model), options);
}

}  // namespace argosy
