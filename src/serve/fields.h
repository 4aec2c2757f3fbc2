// Reads typed fields of a request's JSON object; the first one that is wrong becomes an ApiError
// that names it. `null` counts as absent, as OpenAI's clients mean it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "serve/api_error.h"

namespace argosy::serve {

class Fields {
  public:
    /// `place` stands before each field's name in errors: "" or "response_format.".
    Fields(const json::object& object, std::string place = {})
        : object_(object), place_(std::move(place)) {}

    /// The value, or nullptr where it is absent or null.
    const json::value* Find(std::string_view name) const;

    // Each leaves `out` as it is where the field is absent.
    void Read(std::string_view name, std::string& out);
    void Read(std::string_view name, bool& out);
    void Read(std::string_view name, float& out);
    void Read(std::string_view name, int32_t& out);
    void Read(std::string_view name, std::optional<uint64_t>& out);
    const json::object* Object(std::string_view name);
    const json::array* Array(std::string_view name);
    /// A string or an array of strings.
    void ReadTexts(std::string_view name, std::vector<std::string>& out);

    /// Records an error about a field, unless there is one already.
    void Fail(std::string_view name, std::string message);
    bool ok() const { return !error_.has_value(); }
    const std::optional<ApiError>& error() const { return error_; }

  private:
    void WrongKind(std::string_view name, std::string_view wanted, const json::value& got);

    const json::object& object_;
    std::string place_;
    std::optional<ApiError> error_;
};

/// "a string", "an object" ... of a JSON value, for messages.
std::string_view KindName(const json::value& value);

}  // namespace argosy::serve
