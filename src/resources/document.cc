#include "resources/document.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace argosy::resources {

namespace {

// What the API server adds to an object's metadata: an object that was read from a cluster can be
// checked and applied again.
constexpr std::string_view kServerFields[] = {
    "uid",           "resourceVersion",   "generation",
    "selfLink",      "creationTimestamp", "deletionTimestamp",
    "finalizers",    "ownerReferences",   "deletionGracePeriodSeconds",
    "managedFields", "generateName"};

YamlNode WithoutServerFields(const YamlNode& metadata) {
    YamlNode out = metadata;
    std::erase_if(out.entries, [](const YamlEntry& entry) {
        return std::ranges::find(kServerFields, entry.key.text) != std::end(kServerFields);
    });
    return out;
}

std::string TextAt(const YamlNode& map, std::string_view key) {
    const YamlNode* value = map.Find(key);
    return value != nullptr && value->type == YamlNode::Type::kScalar ? value->text : "";
}

class DocumentChecker {
  public:
    DocumentChecker(const std::string& file, Problems& problems)
        : file_(file), problems_(problems) {}

    void Check(const YamlNode& node, Documents& out) {
        if (node.type != YamlNode::Type::kMap) {
            Report(Problem::Kind::kType, node.place, {},
                   fmt::format("expected a resource (apiVersion, kind, metadata, spec), found {}",
                               Found(node)));
            return;
        }
        if (IsForeign(node)) {
            const YamlNode* metadata = node.Find("metadata");
            out.others.push_back(fmt::format("{} {} {}", TextAt(node, "apiVersion"),
                                             TextAt(node, "kind"),
                                             metadata ? TextAt(*metadata, "name") : ""));
            return;
        }
        const size_t before = problems_.size();
        CheckVersion(node);
        const KindInfo* info = KindOf(node);
        if (info == nullptr) return;
        Document document = Parts(node, *info);
        document.good = problems_.size() == before;
        out.resources.push_back(std::move(document));
    }

  private:
    void Report(Problem::Kind kind, Place place, std::string path, std::string message) {
        problems_.push_back({kind, file_, place, subject_, std::move(path), std::move(message)});
    }

    // An object of another API, such as a Secret beside the application; a mistyped version of ours
    // is none.
    static bool IsForeign(const YamlNode& node) {
        const std::string version = TextAt(node, "apiVersion");
        return !version.empty() && version.find("argosy") == std::string::npos &&
               node.Find("kind") != nullptr && FindKind(TextAt(node, "kind")) == nullptr;
    }

    void CheckVersion(const YamlNode& node) {
        const YamlNode* version = node.Find("apiVersion");
        if (version == nullptr) {
            Report(Problem::Kind::kMissing, node.place, {},
                   fmt::format("'apiVersion' is missing; write apiVersion: {}", kApiVersion));
        } else if (version->text != kApiVersion) {
            Report(Problem::Kind::kUnknown, version->place, "apiVersion",
                   fmt::format("expected {}, found {}", kApiVersion, Found(*version)));
        }
    }

    const KindInfo* KindOf(const YamlNode& node) {
        std::vector<std::string> names;
        for (const KindInfo& info : Kinds()) names.push_back(info.name);
        const YamlNode* kind = node.Find("kind");
        if (kind == nullptr) {
            Report(Problem::Kind::kMissing, node.place, {},
                   fmt::format("'kind' is missing: one of {}", fmt::join(names, ", ")));
            return nullptr;
        }
        if (const KindInfo* info = FindKind(kind->text)) return info;
        const std::string nearest = NearestWord(kind->text.substr(0, 100), names);
        Report(Problem::Kind::kUnknown, kind->place, "kind",
               fmt::format("{} is not one of {}{}", Found(*kind), fmt::join(names, ", "),
                           nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
        return nullptr;
    }

    Document Parts(const YamlNode& node, const KindInfo& info) {
        Document document;
        document.id.kind = info.kind;
        if (const YamlNode* metadata = node.Find("metadata")) {
            document.id.name = TextAt(*metadata, "name").substr(0, 253);
        }
        subject_ = info.name + (document.id.name.empty() ? "" : " " + document.id.name);
        document.places[""] = node.place;
        static const FieldShape kMetadata{.name = "metadata", .shape = ShapeOf<Metadata>()};
        const FieldShape spec{.name = "spec", .shape = {std::shared_ptr<const Shape>(), info.spec}};
        for (const FieldShape* part : {&kMetadata, &spec}) {
            const YamlNode* value = node.Find(part->name);
            if (value == nullptr) {
                Report(Problem::Kind::kMissing, node.place, {},
                       fmt::format("'{}' is missing", part->name));
                continue;
            }
            json::value& into = part == &spec ? document.spec : document.metadata;
            into = Part(*part, part == &spec ? *value : WithoutServerFields(*value), document);
        }
        CheckKeys(node);
        return document;
    }

    json::value Part(const FieldShape& part, const YamlNode& value, Document& document) {
        Checked checked = resources::Check(part, value, part.name);
        for (Problem& problem : checked.problems) {
            problem.file = file_;
            problem.subject = subject_;
            problems_.push_back(std::move(problem));
        }
        document.places.merge(checked.places);
        return std::move(checked.value);
    }

    void CheckKeys(const YamlNode& node) {
        static const std::vector<std::string> kKnown = {"apiVersion", "kind", "metadata", "spec",
                                                        "status"};
        std::vector<std::string> seen;
        for (const YamlEntry& entry : node.entries) {
            const std::string& key = entry.key.text;
            if (std::ranges::find(kKnown, key) == kKnown.end()) {
                const std::string nearest = NearestWord(key.substr(0, 100), kKnown);
                Report(Problem::Kind::kUnknown, entry.key.place, {},
                       fmt::format("unknown field {}{}", Quoted(key),
                                   nearest.empty() ? "; fields of a resource stand below spec"
                                                   : "; did you mean '" + nearest + "'?"));
            } else if (std::ranges::find(seen, key) != seen.end()) {
                Report(Problem::Kind::kDuplicate, entry.key.place, {},
                       fmt::format("'{}' is there twice", key));
            }
            seen.push_back(key);
        }
    }

    const std::string& file_;
    Problems& problems_;
    std::string subject_;
};

}  // namespace

Documents CheckDocuments(const std::vector<YamlNode>& nodes, const std::string& file,
                         Problems& problems) {
    Documents out;
    for (const YamlNode& node : nodes) DocumentChecker(file, problems).Check(node, out);
    return out;
}

}  // namespace argosy::resources
