// Model: weights, what runs them, and how many copies run where.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/metadata.h"
#include "resources/placement.h"
#include "resources/scaling.h"
#include "resources/secret_ref.h"

namespace argosy::resources {

enum class Engine {
    kArgosy,
    kVllm,
    kLlamaCpp,
    kOllama,
    kTei,
    kRay,
    kTriton,
    kTfServing,
    kExternal,
};
std::span<const Choice<Engine>> Choices(Engine);

enum class Task { kChat, kCompletion, kEmbedding, kRerank };
std::span<const Choice<Task>> Choices(Task);

enum class KvType { kF16, kQ8_0, kF32 };
std::span<const Choice<KvType>> Choices(KvType);

struct Adapter {
    std::string name;
    std::string source;

    bool operator==(const Adapter&) const = default;
};
const Description<Adapter>& Describe(const Adapter*);

/// What requests get that don't say otherwise.
struct Sampling {
    std::optional<double> temperature;
    std::optional<double> top_p;
    std::optional<int> top_k;
    std::optional<int> max_tokens;
    std::vector<std::string> stop;

    bool operator==(const Sampling&) const = default;
};
const Description<Sampling>& Describe(const Sampling*);

enum class Protocol { kOpenai, kAnthropic, kBedrock };
std::span<const Choice<Protocol>> Choices(Protocol);

/// A model that somebody else runs.
struct ExternalApi {
    Protocol protocol = Protocol::kOpenai;
    std::optional<std::string> url;
    std::optional<std::string> model;
    std::optional<std::string> region;
    std::optional<SecretRef> api_key;

    bool operator==(const ExternalApi&) const = default;
};
const Description<ExternalApi>& Describe(const ExternalApi*);

/// What a million tokens cost.
struct Price {
    std::optional<MicroDollars> input;
    std::optional<MicroDollars> output;

    bool operator==(const Price&) const = default;
};
const Description<Price>& Describe(const Price*);

enum class CacheKind { kNode, kVolume, kNone };
std::span<const Choice<CacheKind>> Choices(CacheKind);

/// Where fetched weights are kept for the next start.
struct WeightCache {
    CacheKind kind = CacheKind::kNode;
    std::optional<Bytes> size;
    std::optional<std::string> storage_class;

    bool operator==(const WeightCache&) const = default;
};
const Description<WeightCache>& Describe(const WeightCache*);

struct ModelSpec {
    std::optional<std::string> source;
    Engine engine = Engine::kArgosy;
    Task task = Task::kChat;
    std::optional<int> context;
    std::optional<std::string> quant;
    std::optional<std::string> chat_template;
    std::optional<KvType> kv_type;
    std::optional<std::string> draft;
    std::vector<Adapter> adapters;
    Sampling sampling;
    std::optional<ExternalApi> external;
    std::optional<SecretRef> source_token;
    Scaling scaling;
    std::optional<int> replicas;
    Accelerator accelerator;
    Compute resources;
    Placement placement;
    WeightCache cache;
    Price price;
    std::optional<std::string> image;
    std::vector<std::string> args;
    std::map<std::string, std::string> env;

    bool operator==(const ModelSpec&) const = default;
};
const Description<ModelSpec>& Describe(const ModelSpec*);
using Model = Resource<ModelSpec>;

}  // namespace argosy::resources
