// ReadYaml: yaml-cpp's events turned into nodes, within limits.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "base/text.h"
#include "resources/yaml/node.h"

namespace argosy::resources {

namespace {

Place PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Thrown through yaml-cpp's parser to stop it.
struct Stop {
    Problem problem;
};

[[noreturn]] void StopAt(Problem::Kind kind, Place place, std::string message) {
    throw Stop{{kind, {}, place, {}, {}, std::move(message)}};
}

size_t CountNodes(const YamlNode& node) {
    size_t count = 1;
    for (const YamlNode& item : node.items) count += CountNodes(item);
    for (const YamlEntry& entry : node.entries) {
        count += CountNodes(entry.key) + CountNodes(entry.value);
    }
    return count;
}

// Builds one document. Open collections lie on a stack; a finished node goes into the one on top.
class Builder : public YAML::EventHandler {
  public:
    Builder(const YamlLimits& limits, size_t& nodes) : limits_(limits), nodes_(nodes) {}

    std::optional<YamlNode> Take() { return std::move(document_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        YamlNode node;
        node.place = PlaceOf(mark);
        Finish(std::move(node), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            StopAt(Problem::Kind::kSyntax, PlaceOf(mark), "an alias inside of what it stands for");
        }
        Count(found->second.nodes, PlaceOf(mark));
        YamlNode node = found->second.node;
        node.place = PlaceOf(mark);
        Add(std::move(node));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        YamlNode node;
        node.type = YamlNode::Type::kScalar;
        node.place = PlaceOf(mark);
        node.text = value;
        node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        Finish(std::move(node), anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        Open(YamlNode::Type::kList, mark, anchor);
    }
    void OnSequenceEnd() override { Close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        Open(YamlNode::Type::kMap, mark, anchor);
    }
    void OnMapEnd() override { Close(); }

  private:
    struct OpenNode {
        YamlNode node;
        YAML::anchor_t anchor;
        std::optional<YamlNode> key;  // of a map: read, its value not yet
    };
    struct Anchored {
        YamlNode node;
        size_t nodes;
    };

    void Count(size_t more, Place place) {
        nodes_ += more;
        if (nodes_ > limits_.nodes) {
            StopAt(Problem::Kind::kLimit, place,
                   fmt::format("more than {} values (aliases count as what they stand for)",
                               limits_.nodes));
        }
    }
    void Open(YamlNode::Type type, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (open_.size() >= limits_.depth) {
            StopAt(Problem::Kind::kLimit, PlaceOf(mark),
                   fmt::format("nested more than {} deep", limits_.depth));
        }
        YamlNode node;
        node.type = type;
        node.place = PlaceOf(mark);
        open_.push_back({std::move(node), anchor, {}});
    }
    void Close() {
        OpenNode done = std::move(open_.back());
        open_.pop_back();
        Finish(std::move(done.node), done.anchor);
    }
    void Finish(YamlNode node, YAML::anchor_t anchor) {
        Count(1, node.place);
        if (anchor != YAML::NullAnchor) anchors_.insert_or_assign(anchor, Keep(node));
        Add(std::move(node));
    }
    static Anchored Keep(const YamlNode& node) { return {node, CountNodes(node)}; }
    void Add(YamlNode node) {
        if (open_.empty()) {
            document_ = std::move(node);
            return;
        }
        OpenNode& parent = open_.back();
        if (parent.node.type == YamlNode::Type::kList) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            parent.key = std::move(node);
        } else {
            parent.node.entries.push_back({std::move(*parent.key), std::move(node)});
            parent.key.reset();
        }
    }

    const YamlLimits& limits_;
    size_t& nodes_;
    std::vector<OpenNode> open_;
    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    std::optional<YamlNode> document_;
};

Place PlaceOfOffset(std::string_view text, size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
            static_cast<int>(offset - line_start) + 1};
}

// yaml-cpp reads bytes that are no UTF-8 as something else, so they are refused before.
void CheckText(std::string_view text, const YamlLimits& limits) {
    if (text.size() > limits.bytes) {
        StopAt(Problem::Kind::kLimit, {1, 1},
               fmt::format("{} of YAML, but at most {} are read", FormatBytes(text.size()),
                           FormatBytes(limits.bytes)));
    }
    const std::string valid = SanitizeUtf8(text);
    const auto [bad, unused] = std::ranges::mismatch(text, valid);
    if (bad != text.end()) {
        const auto offset = static_cast<size_t>(bad - text.begin());
        StopAt(Problem::Kind::kSyntax, PlaceOfOffset(text, offset), "bytes that are no UTF-8");
    }
    const size_t zero = text.find('\0');
    if (zero != std::string_view::npos) {
        StopAt(Problem::Kind::kSyntax, PlaceOfOffset(text, zero), "a zero byte");
    }
}

}  // namespace

std::vector<YamlNode> ReadYaml(std::string_view text, Problems& problems,
                               const YamlLimits& limits) {
    std::vector<YamlNode> documents;
    try {
        CheckText(text, limits);
        std::istringstream in{std::string(text)};
        YAML::Parser parser(in);
        size_t nodes = 0;
        while (true) {
            Builder builder(limits, nodes);
            if (!parser.HandleNextDocument(builder)) break;
            std::optional<YamlNode> document = builder.Take();
            if (document && document->type != YamlNode::Type::kNull) {
                documents.push_back(std::move(*document));
            }
        }
    } catch (Stop& stop) {
        problems.push_back(std::move(stop.problem));
    } catch (const YAML::Exception& e) {
        problems.push_back(
            {Problem::Kind::kSyntax, {}, PlaceOf(e.mark), {}, {}, "no YAML: " + e.msg});
    }
    return documents;
}

}  // namespace argosy::resources
