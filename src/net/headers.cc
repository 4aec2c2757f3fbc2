#include "net/headers.h"

#include <algorithm>
#include <utility>

namespace argosy {

namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view Trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool ListHas(std::string_view list, std::string_view token) {
    while (true) {
        const size_t comma = list.find(',');
        if (EqualsIgnoreCase(Trim(list.substr(0, comma)), token)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

const std::string* Headers::Find(std::string_view name) const {
    for (const Header& field : fields_) {
        if (EqualsIgnoreCase(field.name, name)) return &field.value;
    }
    return nullptr;
}

std::string_view Headers::Get(std::string_view name) const {
    const std::string* value = Find(name);
    return value != nullptr ? std::string_view(*value) : std::string_view();
}

size_t Headers::Count(std::string_view name) const {
    return static_cast<size_t>(std::ranges::count_if(
        fields_, [&](const Header& field) { return EqualsIgnoreCase(field.name, name); }));
}

void Headers::Add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
}

void Headers::Set(std::string name, std::string value) {
    Remove(name);
    Add(std::move(name), std::move(value));
}

void Headers::Remove(std::string_view name) {
    std::erase_if(fields_, [&](const Header& field) { return EqualsIgnoreCase(field.name, name); });
}

bool Headers::HasToken(std::string_view name, std::string_view token) const {
    return std::ranges::any_of(fields_, [&](const Header& field) {
        return EqualsIgnoreCase(field.name, name) && ListHas(field.value, token);
    });
}

}  // namespace argosy
