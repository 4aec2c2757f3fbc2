#include "assistant/tools/tool_box.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace argosy::assistant {

namespace {

bool IsToolName(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

ToolOutcome Problem(std::string kind, std::string text) {
    return {"Error: " + std::move(text), false, std::move(kind)};
}

}  // namespace

Result<void> ToolBox::Add(std::unique_ptr<Tool> tool) {
    const ToolSpec& spec = tool->spec();
    if (!IsToolName(spec.name)) {
        return Err(ErrorCode::kInvalidArgument,
                   "the tool's name '{}' must be up to 64 of a-z A-Z 0-9 _ -", spec.name);
    }
    if (Find(spec.name) != nullptr) {
        return Err(ErrorCode::kAlreadyExists, "there are two tools named '{}'", spec.name);
    }
    auto schema = JsonSchema::Compile(spec.parameters);
    const bool known = schema || schema.error().code != ErrorCode::kUnsupported;
    if (!schema && (known || !tool->checks_arguments())) {
        return At("tool '" + spec.name + "'", std::move(schema.error()));
    }
    Entry entry{std::move(tool), std::nullopt};
    if (schema) entry.schema = std::move(*schema);
    entries_.push_back(std::move(entry));
    return {};
}

std::vector<ToolSpec> ToolBox::specs() const {
    std::vector<ToolSpec> out;
    out.reserve(entries_.size());
    for (const Entry& entry : entries_) out.push_back(entry.tool->spec());
    return out;
}

const ToolBox::Entry* ToolBox::Find(const std::string& name) const {
    const auto found = std::ranges::find_if(
        entries_, [&](const Entry& entry) { return entry.tool->spec().name == name; });
    return found == entries_.end() ? nullptr : &*found;
}

std::string ToolBox::KnownNames() const {
    std::vector<std::string> names;
    names.reserve(entries_.size());
    for (const Entry& entry : entries_) names.push_back(entry.tool->spec().name);
    return fmt::format("{}", fmt::join(names, ", "));
}

ToolOutcome ToolBox::Call(const ToolCall& call, std::stop_token stop) const {
    const Entry* entry = Find(call.name);
    if (entry == nullptr) {
        return Problem("unknown_tool", fmt::format("there is no tool '{}'; there are: {}",
                                                   call.name, KnownNames()));
    }
    const auto parsed = ParseJson(call.arguments.empty() ? "{}" : call.arguments);
    if (!parsed || !parsed->is_object()) {
        return Problem("bad_arguments", "the arguments must be one JSON object");
    }
    const auto errors = entry->schema ? entry->schema->Check(*parsed) : std::vector<std::string>();
    if (!errors.empty()) {
        return Problem("bad_arguments",
                       fmt::format("the arguments are wrong: {}", fmt::join(errors, "; ")));
    }
    const auto result = entry->tool->Call(parsed->as_object(), {std::move(stop), limits_.timeout});
    if (!result) return Problem("failed", result.error().message);
    std::string content = SanitizeUtf8(*result);
    if (content.size() > limits_.max_result_bytes) {
        content.resize(CompleteUtf8(std::string_view(content).substr(0, limits_.max_result_bytes)));
        content += "\n[cut]";
    }
    return {std::move(content), true, {}};
}

}  // namespace argosy::assistant
