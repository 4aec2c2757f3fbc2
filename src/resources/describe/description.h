// The description of a struct: its fields with their member, sentence and limits. A field's default
// is what a fresh struct has in its member. Each described struct T has, beside it,
// `const Description<T>& Describe(const T*)`.
#pragma once

#include <functional>
#include <utility>

#include "resources/describe/codec.h"

namespace argosy::resources {

template <typename T>
class Description {
  public:
    Description(std::string name, std::string doc) {
        shape_.type = Shape::Type::kObject;
        shape_.name = std::move(name);
        shape_.doc = std::move(doc);
    }

    /// A field that always has a value: the given one, else its default.
    template <typename M>
    Description&& Field(std::string name, M T::* member, std::string doc, Limits limits = {}) && {
        const bool required = limits.required;
        const json::value normal = Codec<M>::Write(T{}.*member, {.defaults = true});
        Add<M>(std::move(name), std::move(doc), std::move(limits));
        if (!required && !IsEmpty(normal)) shape_.fields.back().default_value = normal;
        members_.push_back(
            {[member](const json::value& json, T& out) { Codec<M>::Read(json, out.*member); },
             [member, normal, required](const T& value,
                                        WriteOptions options) -> std::optional<json::value> {
                 const M& field = value.*member;
                 const json::value full = Codec<M>::Write(field, {.defaults = true});
                 const bool left_out = full == normal && (!options.defaults || IsEmpty(normal));
                 if (!required && left_out) return std::nullopt;
                 return Codec<M>::Write(field, options);
             }});
        return std::move(*this);
    }
    /// A field that may be absent.
    template <typename M>
    Description&& Field(std::string name, std::optional<M> T::* member, std::string doc,
                        Limits limits = {}) && {
        Add<M>(std::move(name), std::move(doc), std::move(limits));
        shape_.fields.back().optional = true;
        members_.push_back(
            {[member](const json::value& json, T& out) {
                 Codec<M>::Read(json, (out.*member).emplace());
             },
             [member](const T& value, WriteOptions options) -> std::optional<json::value> {
                 if (!(value.*member)) return std::nullopt;
                 return Codec<M>::Write(*(value.*member), options);
             }});
        return std::move(*this);
    }
    Description&& Holds(Rule rule) && {
        shape_.rules.push_back(std::move(rule));
        return std::move(*this);
    }
    /// What is found in its place is never shown in a message.
    Description&& Secret() && {
        shape_.secret = true;
        return std::move(*this);
    }

    const Shape& shape() const { return shape_; }

    /// Fields that are not there keep what `out` has. The JSON is one that was checked.
    void Read(const json::object& json, T& out) const {
        for (size_t i = 0; i < members_.size(); ++i) {
            const json::value* value = json.if_contains(shape_.fields[i].name);
            if (value != nullptr) members_[i].read(*value, out);
        }
    }
    json::object Write(const T& value, WriteOptions options) const {
        json::object out;
        for (size_t i = 0; i < members_.size(); ++i) {
            std::optional<json::value> written = members_[i].write(value, options);
            if (written) out[shape_.fields[i].name] = std::move(*written);
        }
        return out;
    }

  private:
    struct Member {
        std::function<void(const json::value&, T&)> read;
        std::function<std::optional<json::value>(const T&, WriteOptions)> write;
    };

    template <typename M>
    void Add(std::string name, std::string doc, Limits limits) {
        shape_.fields.push_back(
            {std::move(name), std::move(doc), ShapeOf<M>(), std::move(limits), {}, false});
    }
    // Empty texts, lists and maps say nothing, so that they are no default worth writing down.
    static bool IsEmpty(const json::value& value) {
        return (value.is_string() && value.get_string().empty()) ||
               (value.is_array() && value.get_array().empty()) ||
               (value.is_object() && value.get_object().empty());
    }

    Shape shape_;
    std::vector<Member> members_;
};

template <typename T>
    requires requires(const T* type) { Describe(type); }
struct Codec<T> {
    static std::shared_ptr<const Shape> MakeShape() {
        // The description lives as long as the process; the pointer only shares its shape.
        return {std::shared_ptr<const Shape>(), &Describe(static_cast<const T*>(nullptr)).shape()};
    }
    static void Read(const json::value& json, T& out) {
        Describe(static_cast<const T*>(nullptr)).Read(json.as_object(), out);
    }
    static json::value Write(const T& value, WriteOptions options) {
        return Describe(static_cast<const T*>(nullptr)).Write(value, options);
    }
};

}  // namespace argosy::resources
