#include "retrieval/load/front_matter.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>

#include "retrieval/load/typed_value.h"

namespace argosy::retrieval {

namespace {

constexpr size_t kMaxBytes = 64 << 10;
constexpr size_t kMaxNodes = 10'000;  // aliases can make a small text huge
constexpr int kMaxDepth = 32;

class Converter {
  public:
    Result<json::value> Convert(const YAML::Node& node, int depth = 0) {
        if (++nodes_ > kMaxNodes || depth > kMaxDepth) {
            return Err(ErrorCode::kInvalidArgument, "the front matter is too large or too deep");
        }
        if (node.IsSequence()) {
            json::array array;
            for (const YAML::Node& each : node) {
                ARGOSY_TRY(json::value value, Convert(each, depth + 1));
                array.push_back(std::move(value));
            }
            return array;
        }
        if (node.IsMap()) {
            json::object object;
            for (const auto& each : node) {
                if (!each.first.IsScalar()) {
                    return Err(ErrorCode::kInvalidArgument, "a key of the front matter is no text");
                }
                ARGOSY_TRY(object[each.first.Scalar()], Convert(each.second, depth + 1));
            }
            return object;
        }
        if (!node.IsScalar()) return nullptr;
        // A quoted scalar has the tag "!": it is text whatever it looks like.
        if (node.Tag() == "!") return json::string(node.Scalar());
        return node.Scalar() == "~" ? json::value(nullptr) : TypedValue(node.Scalar());
    }

  private:
    size_t nodes_ = 0;
};

bool NextLine(std::string_view page, size_t& at, std::string_view& line) {
    if (at >= page.size()) return false;
    const size_t end = std::min(page.find('\n', at), page.size());
    line = page.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = std::min(end + 1, page.size());
    return true;
}

}  // namespace

Result<FrontMatter> ParseFrontMatter(std::string_view page) {
    size_t at = 0;
    std::string_view line;
    if (!NextLine(page, at, line) || line != "---") return FrontMatter{};
    const size_t begin = at;
    size_t end = at;
    while (true) {
        end = at;
        if (!NextLine(page, at, line)) return FrontMatter{};  // a rule, not front matter
        if (line == "---" || line == "...") break;
    }
    if (end - begin > kMaxBytes) {
        return Err(ErrorCode::kInvalidArgument, "the front matter has {} bytes, the limit is {}",
                   end - begin, kMaxBytes);
    }
    try {
        const YAML::Node node = YAML::Load(std::string(page.substr(begin, end - begin)));
        if (node.IsNull()) return FrontMatter{{}, at};
        if (!node.IsMap()) {
            return Err(ErrorCode::kInvalidArgument,
                       "line 2: the front matter is no mapping; write \"name: value\" lines");
        }
        ARGOSY_TRY(json::value value, Converter().Convert(node));
        return FrontMatter{std::move(value.as_object()), at};
    } catch (const YAML::Exception& e) {
        return Err(ErrorCode::kInvalidArgument, "line {}: the front matter is no YAML: {}",
                   e.mark.is_null() ? 2 : e.mark.line + 2, e.msg);
    }
}

}  // namespace argosy::retrieval
