#include "lifecycle/csv_columns.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace argosy::lifecycle {

namespace {

struct Role {
    std::string_view name;
    std::string CsvColumns::* column;
};

constexpr Role kRoles[] = {{"system", &CsvColumns::system},         {"user", &CsvColumns::user},
                           {"assistant", &CsvColumns::assistant},   {"prompt", &CsvColumns::prompt},
                           {"completion", &CsvColumns::completion}, {"text", &CsvColumns::text},
                           {"messages", &CsvColumns::messages}};

// Headers of common data sets.
constexpr std::pair<std::string_view, std::string CsvColumns::*> kAliases[] = {
    {"question", &CsvColumns::prompt},
    {"answer", &CsvColumns::completion},
    {"instruction", &CsvColumns::prompt},
    {"output", &CsvColumns::completion},
    {"response", &CsvColumns::completion}};

std::string Lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

Result<std::optional<size_t>> Find(const std::string& name,
                                   const std::vector<std::string>& header) {
    if (name.empty()) return std::nullopt;
    const auto at = std::ranges::find(header, name);
    if (at != header.end()) return static_cast<size_t>(at - header.begin());
    const std::string nearest = NearestWord(name, header);
    return Err(ErrorCode::kInvalidArgument, "no column '{}'; the file has {}{}", name,
               fmt::join(header, ", "),
               nearest.empty() ? "" : " (did you mean '" + nearest + "'?)");
}

json::object Message(std::string_view role, const std::string& content) {
    return {{"role", role}, {"content", content}};
}

}  // namespace

Result<CsvColumns> CsvColumns::Parse(std::string_view mapping) {
    CsvColumns columns;
    while (!mapping.empty()) {
        const size_t comma = std::min(mapping.find(','), mapping.size());
        const std::string_view pair = mapping.substr(0, comma);
        mapping.remove_prefix(std::min(comma + 1, mapping.size()));
        const size_t equals = pair.find('=');
        const auto role = std::ranges::find(kRoles, pair.substr(0, equals), &Role::name);
        if (equals == std::string_view::npos || role == std::end(kRoles)) {
            return Err(ErrorCode::kInvalidArgument,
                       "'{}' is no column mapping; write NAME=COLUMN with a name of system, user, "
                       "assistant, prompt, completion, text, messages",
                       pair);
        }
        columns.*role->column = pair.substr(equals + 1);
    }
    return columns;
}

CsvColumns CsvColumns::Guess(const std::vector<std::string>& header) {
    CsvColumns columns;
    for (const std::string& name : header) {
        const std::string lower = Lower(name);
        const auto role = std::ranges::find(kRoles, lower, &Role::name);
        if (role != std::end(kRoles)) columns.*role->column = name;
        for (const auto& [alias, column] : kAliases) {
            if (alias == lower && (columns.*column).empty()) columns.*column = name;
        }
    }
    return columns;
}

bool CsvColumns::empty() const {
    return std::ranges::all_of(kRoles,
                               [this](const Role& role) { return (this->*role.column).empty(); });
}

Result<CsvMapping> CsvMapping::Make(const CsvColumns& columns,
                                    const std::vector<std::string>& header) {
    const CsvColumns used = columns.empty() ? CsvColumns::Guess(header) : columns;
    CsvMapping mapping;
    const std::pair<std::optional<size_t>*, const std::string*> wanted[] = {
        {&mapping.system_, &used.system},         {&mapping.user_, &used.user},
        {&mapping.assistant_, &used.assistant},   {&mapping.prompt_, &used.prompt},
        {&mapping.completion_, &used.completion}, {&mapping.text_, &used.text},
        {&mapping.messages_, &used.messages}};
    for (const auto& [index, name] : wanted) {
        ARGOSY_TRY(*index, Find(*name, header));
    }
    const bool chat = mapping.user_ && mapping.assistant_;
    const bool completion = mapping.prompt_ && mapping.completion_;
    if (!chat && !completion && !mapping.text_ && !mapping.messages_) {
        return Err(ErrorCode::kInvalidArgument,
                   "no training row can be made of columns {}; map user and assistant, prompt and "
                   "completion, text or messages",
                   fmt::join(header, ", "));
    }
    return mapping;
}

Result<Example> CsvMapping::Map(const std::vector<std::string>& fields) const {
    if (messages_) {
        ARGOSY_TRY(const json::value messages, ParseJson(fields[*messages_]));
        return ParseExample(json::object{{"messages", messages}});
    }
    if (user_ && assistant_) {
        json::array messages;
        if (system_ && !fields[*system_].empty()) {
            messages.push_back(Message("system", fields[*system_]));
        }
        messages.push_back(Message("user", fields[*user_]));
        messages.push_back(Message("assistant", fields[*assistant_]));
        return ParseExample(json::object{{"messages", std::move(messages)}});
    }
    if (prompt_ && completion_) {
        return ParseExample(
            json::object{{"prompt", fields[*prompt_]}, {"completion", fields[*completion_]}});
    }
    if (text_) return ParseExample(json::object{{"text", fields[*text_]}});
    return Err(ErrorCode::kInternal, "a mapping that makes no row");
}

}  // namespace argosy::lifecycle
