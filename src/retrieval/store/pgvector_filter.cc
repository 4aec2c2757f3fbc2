#include "retrieval/store/pgvector_filter.h"

#include <cctype>

#include "base/postgres.h"
#include "retrieval/index/words.h"

namespace argosy::retrieval {

namespace {

// Each dot of a name may part two names or belong to one: 2^n paths.
constexpr size_t kMaxDots = 4;

std::vector<std::string> Segments(const std::string& key) {
    std::vector<std::string> segments;
    for (size_t begin = 0;;) {
        const size_t dot = key.find('.', begin);
        segments.push_back(key.substr(begin, dot - begin));
        if (dot == std::string::npos) return segments;
        begin = dot + 1;
    }
}

// "[]" at the end of a name says that it is a list; a path looks through lists anyway.
std::string Step(std::string name) {
    if (name.ends_with("[]")) name.resize(name.size() - 2);
    return "." + JsonWithoutNul(json::serialize(json::string(name)));
}

// All that a key may mean, as jsonpath: "a.b" is $."a"."b" or $."a.b".
std::vector<std::string> Paths(const std::string& key) {
    const std::vector<std::string> segments = Segments(key);
    const size_t dots = segments.size() - 1;
    const size_t choices = dots <= kMaxDots ? size_t{1} << dots : 1;
    std::vector<std::string> paths;
    for (size_t choice = 0; choice < choices; ++choice) {
        std::string path = "$", name = segments[0];
        for (size_t i = 1; i <= dots; ++i) {
            if ((choice >> (i - 1) & 1) != 0) {
                name += "." + segments[i];
                continue;
            }
            path += Step(std::move(name));
            name = segments[i];
        }
        paths.push_back(path + Step(std::move(name)));
    }
    return paths;
}

// A word wherever it stands, whatever its letters mean to a regular expression.
std::string WordPattern(const std::string& word) {
    std::string pattern = "\\m";
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) == 0 && c != '_') pattern += '\\';
        pattern += c;
    }
    return pattern + "\\M";
}

class Writer {
  public:
    explicit Writer(std::vector<std::string>& parameters) : parameters_(parameters) {}

    std::string All(const Filter& filter) {
        std::vector<std::string> parts;
        for (const Condition& condition : filter.must) parts.push_back(One(condition));
        for (const Condition& condition : filter.must_not) {
            parts.push_back("NOT " + One(condition));
        }
        if (!filter.should.empty()) {
            std::vector<std::string> any;
            for (const Condition& condition : filter.should) any.push_back(One(condition));
            parts.push_back(fmt::format("({})", fmt::join(any, " OR ")));
        }
        return parts.empty() ? "TRUE" : fmt::format("({})", fmt::join(parts, " AND "));
    }

  private:
    std::string Add(std::string value, std::string_view type) {
        parameters_.push_back(std::move(value));
        return fmt::format("${}::{}", parameters_.size(), type);
    }

    // Some value of the field passes the predicate of jsonpath, which may use $v.
    std::string Exists(const std::string& key, std::string_view predicate, const json::object& v) {
        const std::string vars = Add(JsonWithoutNul(json::serialize(v)), "jsonb");
        std::vector<std::string> any;
        for (const std::string& path : Paths(key)) {
            any.push_back(fmt::format("jsonb_path_exists(c.metadata, {}, {}, true)",
                                      Add(fmt::format("{} ? ({})", path, predicate), "jsonpath"),
                                      vars));
        }
        return fmt::format("({})", fmt::join(any, " OR "));
    }

    std::string One(const Condition& condition) {
        return std::visit([&](const auto& test) { return Test(condition.key, test); },
                          condition.test);
    }

    std::string Test(const std::string& key, const MatchAny& test) {
        return Exists(key, "@ == $v[*]",
                      {{"v", json::array(test.values.begin(), test.values.end())}});
    }
    std::string Test(const std::string& key, const MatchExcept& test) {
        // Values of different types compare as unknown: they are different.
        return Exists(key, "@ != null && (!(@ == $v[*]) || (@ == $v[*]) is unknown)",
                      {{"v", json::array(test.values.begin(), test.values.end())}});
    }
    std::string Test(const std::string& key, const Range& test) {
        json::object vars;
        std::vector<std::string> bounds;
        const auto bound = [&](const std::optional<double>& value, std::string_view name,
                               std::string_view sign) {
            if (!value) return;
            vars[name] = *value;
            bounds.push_back(fmt::format("@ {} ${}", sign, name));
        };
        bound(test.gt, "gt", ">");
        bound(test.gte, "gte", ">=");
        bound(test.lt, "lt", "<");
        bound(test.lte, "lte", "<=");
        return Exists(key, fmt::format("{}", fmt::join(bounds, " && ")), vars);
    }
    std::string Test(const std::string& key, const IsEmpty&) {
        return "NOT " + Exists(key, "@ != null", {});
    }
    std::string Test(const std::string& key, const IsNull&) { return Exists(key, "@ == null", {}); }
    std::string Test(const std::string& key, const MatchText& test) {
        json::array patterns;
        ForEachWord(test.text, [&](std::string&& word) {
            patterns.emplace_back(WordPattern(WithoutNul(std::move(word))));
        });
        const std::string wanted = Add(json::serialize(patterns), "jsonb");
        std::vector<std::string> any;
        for (const std::string& path : Paths(key)) {
            any.push_back(fmt::format(
                "EXISTS (SELECT 1 FROM jsonb_path_query(c.metadata, {}, '{{}}', true) v WHERE "
                "jsonb_typeof(v) = 'string' AND NOT EXISTS (SELECT 1 FROM "
                "jsonb_array_elements_text({}) w WHERE v #>> '{{}}' !~* w))",
                Add(path + "[*]", "jsonpath"), wanted));
        }
        return fmt::format("({})", fmt::join(any, " OR "));
    }
    std::string Test(const std::string&, const std::shared_ptr<const Filter>& filter) {
        return All(*filter);
    }

    std::vector<std::string>& parameters_;
};

}  // namespace

std::string FilterToSql(const Filter& filter, std::vector<std::string>& parameters) {
    return Writer(parameters).All(filter);
}

}  // namespace argosy::retrieval
