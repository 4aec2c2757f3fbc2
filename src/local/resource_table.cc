#include "local/resource_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace argosy::local {

namespace {

std::string TextOf(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return "";
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

// "embedding_model" and "chunks" as a person reads them.
std::string Label(std::string_view name) {
    std::string label(name);
    std::ranges::replace(label, '_', ' ');
    if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') {
        label[0] = static_cast<char>(label[0] - 'a' + 'A');
    }
    return label + ":";
}

bool IsEmpty(const json::value& value) {
    return value.is_null() || (value.is_array() && value.as_array().empty()) ||
           (value.is_string() && value.as_string().empty());
}

// What stands in a detail beyond the resource's own lines: "uri shop.csv, state Ready".
std::string Inline(const json::value& value) {
    if (!value.is_object()) {
        return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
    }
    std::string text;
    for (const auto& [name, inner] : value.as_object()) {
        if (IsEmpty(inner) || inner == json::value(false)) continue;
        text +=
            fmt::format("{}{} {}", text.empty() ? "" : ", ", std::string_view(name), Inline(inner));
    }
    return text;
}

bool IsToldAlready(std::string_view name) {
    return name == "name" || name == "state" || name == "reason" || name == "message";
}

void AddDetails(const json::object& details, std::vector<std::vector<std::string>>& rows) {
    for (const auto& [name, value] : details) {
        if (IsEmpty(value) || IsToldAlready(name)) continue;
        if (!value.is_array()) {
            rows.push_back({Label(name), Inline(value)});
            continue;
        }
        std::string label = Label(name);  // stands at the first of a list
        for (const json::value& one : value.as_array()) {
            rows.push_back({std::exchange(label, ""), Inline(one)});
        }
    }
}

}  // namespace

std::string Columns(const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (size_t i = 0; i < row.size(); ++i) {
            line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
        }
        out += line + "\n";
    }
    return out;
}

std::string Age(const std::string& since, int64_t now) {
    std::tm time{};
    if (::strptime(since.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) == nullptr) return "?";
    const int64_t seconds = std::max<int64_t>(now / 1000 - ::timegm(&time), 0);
    if (seconds < 120) return fmt::format("{}s", seconds);
    if (seconds < 2 * 3600) return fmt::format("{}m", seconds / 60);
    if (seconds < 2 * 86400) return fmt::format("{}h", seconds / 3600);
    return fmt::format("{}d", seconds / 86400);
}

std::string ResourceTable(const json::array& resources, int64_t now) {
    if (resources.empty()) return "No such resource runs.\n";
    std::vector<std::vector<std::string>> rows{
        {"KIND", "NAME", "STATE", "REASON", "AGE", "MESSAGE"}};
    for (const json::value& value : resources) {
        const json::object& one = value.as_object();
        rows.push_back({TextOf(one, "kind"), TextOf(one, "name"), TextOf(one, "state"),
                        TextOf(one, "reason"), Age(TextOf(one, "since"), now),
                        TextOf(one, "message")});
    }
    return Columns(rows);
}

std::string DescribeResource(const json::object& resource, int64_t now) {
    const std::string since = TextOf(resource, "since");
    std::vector<std::vector<std::string>> rows{
        {"Kind:", TextOf(resource, "kind")},
        {"Name:", TextOf(resource, "name")},
        {"State:",
         fmt::format("{} for {} (since {})", TextOf(resource, "state"), Age(since, now), since)},
        {"Reason:", TextOf(resource, "reason")},
        {"Message:", TextOf(resource, "message")}};
    if (const json::value* details = resource.if_contains("details")) {
        if (details->is_object()) AddDetails(details->as_object(), rows);
    }
    std::string out = Columns(rows);
    const json::value* events = resource.if_contains("events");
    if (events == nullptr || !events->is_array()) return out;
    std::vector<std::vector<std::string>> lines{{"  AT", "STATE", "REASON", "MESSAGE"}};
    for (const json::value& value : events->as_array()) {
        const json::object& event = value.as_object();
        lines.push_back({"  " + TextOf(event, "at"), TextOf(event, "state"),
                         TextOf(event, "reason"), TextOf(event, "message")});
    }
    return out + "Events:\n" + Columns(lines);
}

}  // namespace argosy::local
