// The header fields of an HTTP message: ordered, repeatable, names compared without case.
// Thread-compatible.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace argosy {

/// ASCII case-insensitive comparison, as header names need it.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

struct Header {
    std::string name;
    std::string value;
};

class Headers {
  public:
    Headers() = default;
    Headers(std::initializer_list<Header> fields) : fields_(fields) {}

    /// Value of the first field of that name, or nullptr.
    const std::string* Find(std::string_view name) const;
    /// The same, or an empty view where there is none.
    std::string_view Get(std::string_view name) const;
    size_t Count(std::string_view name) const;
    void Add(std::string name, std::string value);
    /// Replaces every field of that name by one.
    void Set(std::string name, std::string value);
    void Remove(std::string_view name);
    /// Whether a comma-separated field (Connection, TE, ...) lists the token, in any of its lines.
    bool HasToken(std::string_view name, std::string_view token) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    bool empty() const { return fields_.empty(); }
    size_t size() const { return fields_.size(); }

  private:
    std::vector<Header> fields_;
};

}  // namespace argosy
