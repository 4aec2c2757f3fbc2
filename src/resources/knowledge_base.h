// KnowledgeBase: sources, how they are cut, embedded and kept, and how they are searched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/knowledge_source.h"
#include "resources/metadata.h"
#include "resources/search.h"
#include "resources/secret_ref.h"

namespace argosy::resources {

enum class SplitterKind { kRecursive, kMarkdown, kSentence, kTokens, kRow };
std::span<const Choice<SplitterKind>> Choices(SplitterKind);

struct Splitter {
    SplitterKind kind = SplitterKind::kRecursive;
    int size = 500;
    int overlap = 50;
    bool strict = false;

    bool operator==(const Splitter&) const = default;
};
const Description<Splitter>& Describe(const Splitter*);

enum class StoreKind { kEmbedded, kQdrant, kPgvector };
std::span<const Choice<StoreKind>> Choices(StoreKind);

struct Store {
    StoreKind kind = StoreKind::kEmbedded;
    std::optional<std::string> url;
    std::optional<std::string> collection;
    std::optional<SecretRef> credential;
    std::optional<Bytes> size;

    bool operator==(const Store&) const = default;
};
const Description<Store>& Describe(const Store*);

struct Refresh {
    std::optional<Duration> every;
    std::optional<std::string> schedule;

    bool operator==(const Refresh&) const = default;
};
const Description<Refresh>& Describe(const Refresh*);

enum class PiiHandling { kKeep, kMask, kRefuse };
std::span<const Choice<PiiHandling>> Choices(PiiHandling);

struct Privacy {
    PiiHandling pii = PiiHandling::kKeep;

    bool operator==(const Privacy&) const = default;
};
const Description<Privacy>& Describe(const Privacy*);

struct KnowledgeBaseSpec {
    std::vector<KnowledgeSource> sources;
    Splitter splitter;
    std::optional<std::string> embedding;
    std::optional<std::string> rerank;
    Store store;
    Search search;
    std::optional<Refresh> refresh;
    Privacy privacy;

    bool operator==(const KnowledgeBaseSpec&) const = default;
};
const Description<KnowledgeBaseSpec>& Describe(const KnowledgeBaseSpec*);
using KnowledgeBase = Resource<KnowledgeBaseSpec>;

}  // namespace argosy::resources
