// Assistant: a model that answers from knowledge, remembers, uses tools and keeps to rules.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/guardrail.h"
#include "resources/metadata.h"
#include "resources/model.h"
#include "resources/tool.h"

namespace argosy::resources {

enum class MemoryKind { kSqlite, kRedis, kPostgres, kNone };
std::span<const Choice<MemoryKind>> Choices(MemoryKind);

struct Memory {
    MemoryKind kind = MemoryKind::kSqlite;
    std::optional<std::string> url;
    std::optional<SecretRef> credential;
    int window = 10;
    bool summarize = true;
    Duration expiry = std::chrono::hours(24 * 30);

    bool operator==(const Memory&) const = default;
};
const Description<Memory>& Describe(const Memory*);

enum class Rewrite { kRules, kModel, kNone };
std::span<const Choice<Rewrite>> Choices(Rewrite);

enum class ShownHistory { kAlways, kFollowUps };
std::span<const Choice<ShownHistory>> Choices(ShownHistory);

struct Answering {
    bool citations = true;
    ShownHistory history = ShownHistory::kAlways;
    Rewrite rewrite = Rewrite::kRules;
    std::string unknown = "I don't know. I found nothing about that.";
    bool always_ask = false;
    std::string heading = "Passages:";
    std::string line;
    bool question_first = false;
    int context_tokens = 2000;

    bool operator==(const Answering&) const = default;
};
const Description<Answering>& Describe(const Answering*);

struct Guardrails {
    std::vector<Guardrail> input;
    std::vector<Guardrail> output;

    bool operator==(const Guardrails&) const = default;
};
const Description<Guardrails>& Describe(const Guardrails*);

struct Ui {
    bool enabled = true;
    std::string title;
    std::string greeting;
    std::vector<std::string> suggestions;

    bool operator==(const Ui&) const = default;
};
const Description<Ui>& Describe(const Ui*);

struct Recommendations {
    std::string knowledge;
    int limit = 5;
    double variety = 0.3;

    bool operator==(const Recommendations&) const = default;
};
const Description<Recommendations>& Describe(const Recommendations*);

struct AssistantSpec {
    std::string prompt;
    std::optional<std::string> model;
    std::optional<std::string> route;
    Sampling sampling;
    std::vector<std::string> knowledge;
    Answering answering;
    std::vector<Tool> tools;
    std::vector<McpServer> mcp_servers;
    ToolPolicy tool_policy;
    Memory memory;
    Guardrails guardrails;
    Ui ui;
    std::optional<Recommendations> recommendations;

    bool operator==(const AssistantSpec&) const = default;
};
const Description<AssistantSpec>& Describe(const AssistantSpec*);
using Assistant = Resource<AssistantSpec>;

}  // namespace argosy::resources
