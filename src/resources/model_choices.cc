// The words of Model's enumerations.
#include "resources/model.h"

namespace argosy::resources {

std::span<const Choice<Engine>> Choices(Engine) {
    static constexpr Choice<Engine> kChoices[] = {
        {Engine::kArgosy, "argosy", "Argosy's own engine; on one machine, in the same process"},
        {Engine::kVllm, "vllm", "vLLM"},
        {Engine::kLlamaCpp, "llamacpp", "llama.cpp's server"},
        {Engine::kOllama, "ollama", "Ollama"},
        {Engine::kTei, "tei", "Hugging Face's Text Embeddings Inference"},
        {Engine::kRay, "ray", "vLLM on Ray, over several nodes"},
        {Engine::kTriton, "triton", "NVIDIA Triton, by the Open Inference Protocol"},
        {Engine::kTfServing, "tfserving", "TensorFlow Serving"},
        {Engine::kExternal, "external", "an API that somebody else runs"}};
    return kChoices;
}

std::span<const Choice<Task>> Choices(Task) {
    static constexpr Choice<Task> kChoices[] = {
        {Task::kChat, "chat", "answers to messages"},
        {Task::kCompletion, "completion", "texts continued"},
        {Task::kEmbedding, "embedding", "texts as vectors"},
        {Task::kRerank, "rerank", "how well texts fit a question"}};
    return kChoices;
}

std::span<const Choice<KvType>> Choices(KvType) {
    static constexpr Choice<KvType> kChoices[] = {
        {KvType::kF16, "f16", "16 bits"},
        {KvType::kQ8_0, "q8_0", "8 bits with a scale: half the memory"},
        {KvType::kF32, "f32", "32 bits"}};
    return kChoices;
}

std::span<const Choice<Protocol>> Choices(Protocol) {
    static constexpr Choice<Protocol> kChoices[] = {
        {Protocol::kOpenai, "openai", "OpenAI's API, which most others speak too"},
        {Protocol::kAnthropic, "anthropic", "Anthropic's Messages API"},
        {Protocol::kBedrock, "bedrock", "Amazon Bedrock"}};
    return kChoices;
}

std::span<const Choice<CacheKind>> Choices(CacheKind) {
    static constexpr Choice<CacheKind> kChoices[] = {
        {CacheKind::kNode, "node", "on each node's disk (on one machine: the user's cache)"},
        {CacheKind::kVolume, "volume", "on a volume that replicas share"},
        {CacheKind::kNone, "none", "nowhere: fetched at each start"}};
    return kChoices;
}

}  // namespace argosy::resources
