#include "resources/application.h"

#include "base/mapped_file.h"
#include "resources/cross_check.h"
#include "resources/document.h"
#include "resources/yaml/writer.h"

namespace argosy::resources {

namespace {

// As much as Kubernetes takes for one object; yaml-cpp may need some hundred times as much memory.
constexpr size_t kMostBytes = 1 << 20;

template <typename R>
R ReadResource(const Document& document, const std::string& file) {
    R resource;
    Codec<Metadata>::Read(document.metadata, resource.metadata);
    Codec<decltype(resource.spec)>::Read(document.spec, resource.spec);
    resource.file = file;
    resource.places = document.places;
    return resource;
}

void Add(const Document& document, const std::string& file, Application& application) {
    const std::string& name = document.id.name;
    switch (document.id.kind) {
        case Kind::kModel:
            application.models.emplace(name, ReadResource<Model>(document, file));
            break;
        case Kind::kKnowledgeBase:
            application.knowledge_bases.emplace(name, ReadResource<KnowledgeBase>(document, file));
            break;
        case Kind::kAssistant:
            application.assistants.emplace(name, ReadResource<Assistant>(document, file));
            break;
        case Kind::kRoute:
            application.routes.emplace(name, ReadResource<Route>(document, file));
            break;
        case Kind::kTenant:
            application.tenants.emplace(name, ReadResource<Tenant>(document, file));
            break;
    }
}

}  // namespace

std::expected<Application, Problems> ParseApplication(std::string_view text,
                                                      const std::string& file) {
    Problems problems;
    const std::vector<YamlNode> nodes = ReadYaml(text, problems, {.bytes = kMostBytes});
    for (Problem& problem : problems) problem.file = file;
    Documents documents = CheckDocuments(nodes, file, problems);
    CheckTogether(documents.resources, file, problems);
    if (problems.empty() && documents.resources.empty()) {
        // A file that an editor is about to write again must not stop what it declared.
        problems.push_back({Problem::Kind::kMissing,
                            file,
                            {},
                            {},
                            {},
                            fmt::format("declares no resource of {}", kApiVersion)});
    }
    if (!problems.empty()) {
        Sort(problems);
        return std::unexpected(std::move(problems));
    }
    Application application;
    for (const Document& document : documents.resources) Add(document, file, application);
    application.others = std::move(documents.others);
    return application;
}

std::expected<Application, Problems> LoadApplication(const std::filesystem::path& path) {
    auto file = MappedFile::Open(path);
    if (!file) {
        const Problem problem{Problem::Kind::kSyntax, {}, {}, {}, {}, file.error().ToString()};
        return std::unexpected(Problems{problem});
    }
    const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()),
                                file->bytes().size());
    return ParseApplication(text, path.string());
}

template <typename R>
std::expected<R, Problems> ReadObject(const json::value& object) {
    Problems problems;
    const Documents documents = CheckDocuments({ToYamlNode(object)}, {}, problems);
    if (problems.empty() &&
        (documents.resources.empty() || documents.resources[0].id.kind != KindOf(R{}))) {
        problems.push_back(
            {Problem::Kind::kType, {}, {}, {}, "kind", "expected a " + InfoOf(KindOf(R{})).name});
    }
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return ReadResource<R>(documents.resources[0], {});
}
template std::expected<Model, Problems> ReadObject(const json::value&);
template std::expected<KnowledgeBase, Problems> ReadObject(const json::value&);
template std::expected<Assistant, Problems> ReadObject(const json::value&);
template std::expected<Route, Problems> ReadObject(const json::value&);
template std::expected<Tenant, Problems> ReadObject(const json::value&);

std::string ToYaml(const Application& application, WriteOptions options) {
    std::string out;
    ForEachResource(application, [&](const auto& resource) {
        if (!out.empty()) out += "---\n";
        out += WriteYaml(ToJson(resource, options));
    });
    return out;
}

}  // namespace argosy::resources
