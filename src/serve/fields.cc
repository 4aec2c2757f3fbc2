#include "serve/fields.h"

#include <cmath>
#include <limits>

namespace argosy::serve {

std::string_view KindName(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "a boolean";
        case json::kind::int64:
        case json::kind::uint64:
            return "an integer";
        case json::kind::double_:
            return "a number";
        case json::kind::string:
            return "a string";
        case json::kind::array:
            return "an array";
        case json::kind::object:
            return "an object";
    }
    return "a value";
}

const json::value* Fields::Find(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

void Fields::Fail(std::string_view name, std::string message) {
    if (error_) return;
    error_ = FromStatus(400, "");
    error_->param = place_ + std::string(name);
    error_->message = "'" + error_->param + "': " + std::move(message);
}

void Fields::WrongKind(std::string_view name, std::string_view wanted, const json::value& got) {
    Fail(name, fmt::format("expected {}, got {}", wanted, KindName(got)));
}

void Fields::Read(std::string_view name, std::string& out) {
    const json::value* value = Find(name);
    if (value == nullptr) return;
    if (!value->is_string()) return WrongKind(name, "a string", *value);
    out = value->as_string();
}

void Fields::Read(std::string_view name, bool& out) {
    const json::value* value = Find(name);
    if (value == nullptr) return;
    if (!value->is_bool()) return WrongKind(name, "a boolean", *value);
    out = value->as_bool();
}

void Fields::Read(std::string_view name, float& out) {
    const json::value* value = Find(name);
    if (value == nullptr) return;
    if (!value->is_number()) return WrongKind(name, "a number", *value);
    out = static_cast<float>(value->to_number<double>());
    if (!std::isfinite(out)) Fail(name, "the number is out of range");
}

void Fields::Read(std::string_view name, int32_t& out) {
    const json::value* value = Find(name);
    if (value == nullptr) return;
    boost::system::error_code ec;
    const auto number = value->to_number<int32_t>(ec);
    if (!value->is_number() || ec) return WrongKind(name, "an integer of 32 bits", *value);
    out = number;
}

void Fields::Read(std::string_view name, std::optional<uint64_t>& out) {
    const json::value* value = Find(name);
    if (value == nullptr) return;
    if (value->is_int64()) {
        out = static_cast<uint64_t>(value->as_int64());
    } else if (value->is_uint64()) {
        out = value->as_uint64();
    } else {
        WrongKind(name, "an integer of 64 bits", *value);
    }
}

const json::object* Fields::Object(std::string_view name) {
    const json::value* value = Find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) WrongKind(name, "an object", *value);
    return value->if_object();
}

const json::array* Fields::Array(std::string_view name) {
    const json::value* value = Find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) WrongKind(name, "an array", *value);
    return value->if_array();
}

void Fields::ReadTexts(std::string_view name, std::vector<std::string>& out) {
    const json::value* value = Find(name);
    if (value == nullptr) return;
    if (value->is_string()) {
        out = {std::string(value->as_string())};
        return;
    }
    if (!value->is_array()) return WrongKind(name, "a string or an array of strings", *value);
    out.clear();
    for (const json::value& each : value->as_array()) {
        if (!each.is_string()) return WrongKind(name, "an array of strings", each);
        out.emplace_back(each.as_string());
    }
}

}  // namespace argosy::serve
