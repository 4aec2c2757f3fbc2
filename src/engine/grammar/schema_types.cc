#include <algorithm>
#include <cmath>

#include "engine/grammar/number_range.h"
#include "engine/grammar/regex.h"
#include "engine/grammar/schema_compiler.h"
#include "engine/grammar/schema_merge.h"
#include "engine/grammar/string_formats.h"

namespace argosy::grammar {
namespace {

constexpr uint32_t kMaxCount = 20'000;  // characters or items
constexpr double kMaxInteger = 9e18;

struct TypeKeyword {
    std::string_view keyword, type;
};
constexpr TypeKeyword kTypeKeywords[] = {{"properties", "object"},
                                         {"required", "object"},
                                         {"additionalProperties", "object"},
                                         {"minProperties", "object"},
                                         {"unevaluatedProperties", "object"},
                                         {"items", "array"},
                                         {"prefixItems", "array"},
                                         {"minItems", "array"},
                                         {"maxItems", "array"},
                                         {"uniqueItems", "array"},
                                         {"minLength", "string"},
                                         {"maxLength", "string"},
                                         {"pattern", "string"},
                                         {"format", "string"},
                                         {"minimum", "number"},
                                         {"maximum", "number"},
                                         {"exclusiveMinimum", "number"},
                                         {"exclusiveMaximum", "number"}};

bool HasType(const json::value& value, std::string_view type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_bool();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "number") return value.is_number();
    if (!value.is_double()) return type == "integer" && value.is_number();
    return type == "integer" && std::floor(value.get_double()) == value.get_double();
}

}  // namespace

Result<ExprId> SchemaCompiler::CompileTypes(const json::object& schema, const std::string& pointer,
                                            int depth) {
    std::vector<std::string> types;
    if (const json::value* type = schema.if_contains("type")) {
        auto named = SchemaTypes(*type);
        if (!named) return At("JSON schema #" + pointer, std::move(named.error()));
        types = std::move(*named);
    } else {
        for (const TypeKeyword& known : kTypeKeywords) {
            const bool there = std::ranges::find(types, known.type) != types.end();
            if (schema.contains(known.keyword) && !there) types.emplace_back(known.type);
        }
        if (types.empty()) return rules_.Value();  // only nullable
    }
    const bool number = std::ranges::find(types, "number") != types.end();
    std::vector<ExprId> choices;
    for (const std::string& type : types) {
        if (type == "integer" && number) continue;
        ARGOSY_TRY(const ExprId expr, CompileType(type, schema, pointer, depth));
        choices.push_back(expr);
    }
    return ast_.Choice(std::move(choices));
}

Result<ExprId> SchemaCompiler::CompileType(std::string_view type, const json::object& schema,
                                           const std::string& pointer, int depth) {
    if (type == "null") return rules_.Null();
    if (type == "boolean") return rules_.Boolean();
    if (type == "string") return CompileString(schema, pointer);
    if (type == "integer") return CompileInteger(schema, pointer);
    if (type == "number") return CompileNumber(schema, pointer);
    // A rule of its own keeps the nesting of expressions small.
    const RuleId rule = ast_.AddRule(pointer);
    ExprId body = kNoExpr;
    if (type == "object") {
        ARGOSY_TRY(body, CompileObject(schema, pointer, depth));
    } else {
        ARGOSY_TRY(body, CompileArray(schema, pointer, depth));
    }
    ast_.rules[rule].body = body;
    return ast_.Call(rule);
}

Result<ExprId> SchemaCompiler::CompileEnum(const json::object& schema, const std::string& pointer) {
    json::array values;
    const json::value *listed = schema.if_contains("enum"), *fixed = schema.if_contains("const");
    if (listed && (!listed->is_array() || listed->get_array().empty())) {
        return Malformed(pointer, "enum", "an array with at least one value");
    }
    if (listed) values = listed->get_array();
    if (fixed && (!listed || std::ranges::find(values, *fixed) != values.end())) {
        values = {*fixed};
    } else if (fixed) {
        values = {};
    }
    for (const TypeKeyword& known : kTypeKeywords) {
        const auto concerned = [&](const json::value& v) { return HasType(v, known.type); };
        if (schema.contains(known.keyword) && std::ranges::any_of(values, concerned)) {
            return Unsupported(pointer, known.keyword, "it stands beside enum or const");
        }
    }
    std::vector<std::string> types;
    if (const json::value* type = schema.if_contains("type")) {
        auto named = SchemaTypes(*type);
        if (!named) return At("JSON schema #" + pointer, std::move(named.error()));
        types = std::move(*named);
    }
    std::vector<ExprId> choices;
    for (const json::value& value : values) {
        const auto fits = [&](const std::string& type) { return HasType(value, type); };
        if (types.empty() || std::ranges::any_of(types, fits)) {
            choices.push_back(rules_.Constant(value));
        }
    }
    return ast_.Choice(std::move(choices));
}

Result<std::optional<uint32_t>> SchemaCompiler::Count(const json::object& schema,
                                                      std::string_view keyword,
                                                      const std::string& pointer) {
    const json::value* value = schema.if_contains(keyword);
    if (!value) return std::nullopt;
    const double count = value->is_number() ? value->to_number<double>() : -1;
    if (count < 0 || count != std::floor(count)) {
        return Malformed(pointer, keyword, "a whole number, not negative");
    }
    if (count > kMaxCount) {
        return Unsupported(pointer, keyword, fmt::format("it is above {}", kMaxCount));
    }
    return uint32_t(count);
}

Result<ExprId> SchemaCompiler::CompileObject(const json::object& schema, const std::string& pointer,
                                             int depth) {
    const json::value* properties = schema.if_contains("properties");
    if (properties && !properties->is_object()) {
        return Malformed(pointer, "properties", "an object");
    }
    std::vector<std::string> required;
    if (const json::value* names = schema.if_contains("required")) {
        if (!names->is_array()) return Malformed(pointer, "required", "an array of names");
        for (const json::value& name : names->get_array()) {
            if (!name.is_string()) return Malformed(pointer, "required", "an array of names");
            required.emplace_back(name.get_string());
        }
    }
    const json::value* more = schema.if_contains("additionalProperties");
    if (!more) more = schema.if_contains("unevaluatedProperties");
    const json::value fallback = properties == nullptr || options_.additional_properties;
    if (!more) more = &fallback;
    ARGOSY_TRY(const auto least, Count(schema, "minProperties", pointer));
    if (least.value_or(0) > required.size()) {
        return Unsupported(pointer, "minProperties", "it asks for more than those required");
    }

    std::vector<ExprId> members;
    std::vector<bool> needed;
    std::vector<std::string> names;
    const auto add = [&](const std::string& name, const json::value& value,
                         const std::string& place) -> Result<void> {
        ARGOSY_TRY(const ExprId expr, Compile(value, place, depth + 1));
        members.push_back(rules_.Member(rules_.Key(name), expr));
        needed.push_back(std::ranges::find(required, name) != required.end());
        names.push_back(name);
        return {};
    };
    if (properties) {
        for (const auto& [name, value] : properties->get_object()) {
            ARGOSY_CHECK_OK(
                add(std::string(name), value, Deeper(Deeper(pointer, "properties"), name)));
        }
    }
    std::ranges::sort(required);
    required.erase(std::unique(required.begin(), required.end()), required.end());
    for (const std::string& name : required) {  // required, but not described
        if (properties && properties->get_object().contains(name)) continue;
        ARGOSY_CHECK_OK(add(name, *more, Deeper(pointer, "additionalProperties")));
    }
    ExprId extra = kNoExpr;
    if (!more->is_bool() || more->get_bool()) {
        size_t letters = 0;
        for (const std::string& name : names) letters += name.size();
        if (letters > kMaxCount) {
            return Unsupported(pointer, "additionalProperties",
                               "the names it must differ from are too long in all");
        }
        ARGOSY_TRY(const ExprId value,
                   Compile(*more, Deeper(pointer, "additionalProperties"), depth + 1));
        extra = rules_.Member(rules_.StringExcept(names), value);
    }
    return rules_.Bracketed("{",
                            ast_.List(std::move(members), std::move(needed), rules_.Comma(), extra,
                                      0, extra == kNoExpr ? 0 : kUnbounded, false),
                            "}");
}

Result<ExprId> SchemaCompiler::CompileArray(const json::object& schema, const std::string& pointer,
                                            int depth) {
    if (const json::value* unique = schema.if_contains("uniqueItems")) {
        if (!unique->is_bool()) return Malformed(pointer, "uniqueItems", "a boolean");
        if (unique->get_bool()) return Unsupported(pointer, "uniqueItems");
    }
    ARGOSY_TRY(const auto least, Count(schema, "minItems", pointer));
    ARGOSY_TRY(const auto most, Count(schema, "maxItems", pointer));
    const uint32_t min = least.value_or(0), max = most.value_or(kUnbounded);
    if (min > max) return ast_.Never();
    std::vector<ExprId> items;
    std::vector<bool> needed;
    if (const json::value* prefix = schema.if_contains("prefixItems")) {
        if (!prefix->is_array()) return Malformed(pointer, "prefixItems", "an array of schemas");
        for (const json::value& item : prefix->get_array()) {
            if (items.size() >= max) break;
            const std::string place =
                Deeper(Deeper(pointer, "prefixItems"), fmt::format("{}", items.size()));
            ARGOSY_TRY(const ExprId expr, Compile(item, place, depth + 1));
            items.push_back(expr);
            needed.push_back(items.size() <= min);
        }
    }
    const uint32_t count = uint32_t(items.size());
    const json::value anything = true;
    const json::value* rest = schema.if_contains("items");
    if (rest && rest->is_array()) {
        return Unsupported(pointer, "items", "an array of schemas is written \"prefixItems\" now");
    }
    if (!rest) rest = &anything;
    ExprId extra = kNoExpr;
    if (max > count && (!rest->is_bool() || rest->get_bool())) {
        ARGOSY_TRY(extra, Compile(*rest, Deeper(pointer, "items"), depth + 1));
    } else if (min > count) {
        return ast_.Never();
    }
    const uint32_t extra_min = min > count ? min - count : 0;
    const uint32_t extra_max = max == kUnbounded ? kUnbounded : max - std::min(max, count);
    return rules_.Bracketed("[",
                            ast_.List(std::move(items), std::move(needed), rules_.Comma(), extra,
                                      extra_min, extra_max, true),
                            "]");
}

Result<ExprId> SchemaCompiler::CompileString(const json::object& schema,
                                             const std::string& pointer) {
    ARGOSY_TRY(const auto least, Count(schema, "minLength", pointer));
    ARGOSY_TRY(const auto most, Count(schema, "maxLength", pointer));
    const json::value *pattern = schema.if_contains("pattern"),
                      *format = schema.if_contains("format");
    std::string_view expression;
    RegexOptions options{RegexMode::kSearch, true};
    std::string_view keyword = "pattern";
    if (format) {
        if (!format->is_string()) return Malformed(pointer, "format", "a string");
        expression = FormatRegex(format->get_string());
        if (expression.data() == nullptr) {
            return Unsupported(pointer, "format",
                               fmt::format("unknown format \"{}\"; known are {}",
                                           std::string_view(format->get_string()), KnownFormats()));
        }
        options.mode = RegexMode::kWhole;
    }
    if (!expression.empty()) keyword = "format";
    if (pattern) {
        if (!pattern->is_string()) return Malformed(pointer, "pattern", "a string");
        if (!expression.empty()) return Unsupported(pointer, "pattern", "it stands beside format");
        expression = pattern->get_string();
        options.mode = RegexMode::kSearch;
    }
    const uint32_t min = least.value_or(0), max = most.value_or(kUnbounded);
    if (min > max) return ast_.Never();
    if (expression.empty()) return rules_.String(min, max);
    auto parsed = ParseRegex(ast_, expression, options);
    if (!parsed) {
        return At("JSON schema #" + Deeper(pointer, keyword), std::move(parsed.error()));
    }
    if (parsed->min_length < min || parsed->max_length > max) {
        return Unsupported(pointer, parsed->min_length < min ? "minLength" : "maxLength",
                           fmt::format("it stands beside {}, which admits other lengths; write "
                                       "the length into the pattern, such as ^[a-z]{{2,8}}$",
                                       keyword));
    }
    return ast_.Sequence({ast_.Literal("\""), parsed->expr, ast_.Literal("\"")});
}

Result<ExprId> SchemaCompiler::CompileInteger(const json::object& schema,
                                              const std::string& pointer) {
    std::optional<int64_t> lo, hi;
    for (const std::string_view keyword :
         {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}) {
        const json::value* bound = schema.if_contains(keyword);
        if (!bound) continue;
        if (!bound->is_number()) return Malformed(pointer, keyword, "a number");
        const double value = bound->to_number<double>();
        if (std::abs(value) > kMaxInteger) {
            return Unsupported(pointer, keyword, "it is beyond 9e18");
        }
        const bool whole = std::floor(value) == value, exclusive = keyword.starts_with('e');
        const int64_t exact = bound->is_int64() ? bound->get_int64() : int64_t(std::floor(value));
        if (keyword.ends_with("inimum")) {
            const int64_t least = exact + (!whole || exclusive);
            lo = std::max(lo.value_or(least), least);
        } else {
            const int64_t most = exact - (whole && exclusive);
            hi = std::min(hi.value_or(most), most);
        }
    }
    return lo || hi ? IntegerRange(ast_, lo, hi) : rules_.Integer();
}

Result<ExprId> SchemaCompiler::CompileNumber(const json::object& schema,
                                             const std::string& pointer) {
    std::optional<Bound> lo, hi;
    std::optional<double> lo_value, hi_value;
    for (const std::string_view keyword :
         {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}) {
        const json::value* bound = schema.if_contains(keyword);
        if (!bound) continue;
        if (!bound->is_number()) return Malformed(pointer, keyword, "a number");
        const double value = bound->to_number<double>();
        const auto decimal = bound->is_int64()
                                 ? std::optional(Decimal::FromInteger(bound->get_int64()))
                                 : Decimal::FromDouble(value);
        if (!decimal) return Unsupported(pointer, keyword, "it is beyond 1e40 or below 1e-40");
        const bool exclusive = keyword.starts_with('e');
        if (keyword.ends_with("inimum")) {
            if (lo_value && (*lo_value > value || (*lo_value == value && !exclusive))) continue;
            lo = {*decimal, exclusive};
            lo_value = value;
        } else {
            if (hi_value && (*hi_value < value || (*hi_value == value && !exclusive))) continue;
            hi = {*decimal, exclusive};
            hi_value = value;
        }
    }
    if (lo_value && hi_value && *lo_value > *hi_value) return ast_.Never();
    return lo || hi ? NumberRange(ast_, lo, hi) : rules_.Number();
}

}  // namespace argosy::grammar
