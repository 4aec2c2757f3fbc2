#include "resources/cross_check.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "resources/graph.h"
#include "resources/reference.h"

namespace argosy::resources {

namespace {

Place PlaceAt(const Document& document, const std::string& path) {
    const auto found = document.places.find(path);
    return found == document.places.end() ? Place{} : found->second;
}

std::string TextAt(const json::value& spec, std::string_view field, std::string_view otherwise) {
    const json::object* map = spec.if_object();
    const json::value* value = map == nullptr ? nullptr : map->if_contains(field);
    if (value == nullptr) return std::string(otherwise);
    return value->is_string() ? std::string(value->get_string()) : "";
}

class TogetherChecker {
  public:
    TogetherChecker(const std::vector<Document>& documents, const std::string& file,
                    Problems& problems)
        : documents_(documents), file_(file), problems_(problems) {}

    void Check() {
        for (const Document& document : documents_) Declare(document);
        for (const Document& document : documents_) {
            std::vector<std::string> tasks;  // of a route's models
            for (const Reference& reference : ReferencesOf(document.id, document.spec)) {
                Resolve(document, reference, tasks);
            }
        }
        CheckPublicNames();
        CheckCircles();
    }

  private:
    void Report(Problem::Kind kind, const Document& document, const std::string& path,
                std::string message) {
        problems_.push_back({kind, file_, PlaceAt(document, path), document.id.ToString(), path,
                             std::move(message)});
    }

    void Declare(const Document& document) {
        if (document.id.name.empty()) return;
        const auto [first, is_new] = by_id_.emplace(document.id, &document);
        if (is_new) return;
        Report(Problem::Kind::kDuplicate, document, "metadata.name",
               fmt::format("is declared twice, first on line {}",
                           PlaceAt(*first->second, "metadata.name").line));
    }

    void Resolve(const Document& document, const Reference& reference,
                 std::vector<std::string>& route_tasks) {
        const Document* target = nullptr;
        for (const Kind kind : reference.kinds) {
            const auto found = by_id_.find({kind, reference.name});
            if (found != by_id_.end()) target = found->second;
        }
        if (target == nullptr) {
            Report(Problem::Kind::kReference, document, reference.path, NothingNamed(reference));
            return;
        }
        edges_[document.id].insert(target->id);
        for (const std::string& task : TasksOf(*target)) {
            if (!reference.tasks.empty()) {
                CheckTask(document, reference, *target, task);
            } else if (document.id.kind == Kind::kRoute) {
                CheckSameTask(document, reference, *target, task, route_tasks);
            }
        }
    }

    std::string NothingNamed(const Reference& reference) const {
        std::vector<std::string> kinds, names;
        for (const Kind kind : reference.kinds) {
            kinds.push_back(InfoOf(kind).name);
            for (const auto& [id, unused] : by_id_) {
                if (id.kind == kind) names.push_back(id.name);
            }
        }
        const std::string what = fmt::format("{}", fmt::join(kinds, " or "));
        const std::string nearest = NearestWord(reference.name.substr(0, 100), names);
        if (!nearest.empty()) {
            return fmt::format("there is no {} {}; did you mean '{}'?", what,
                               Quoted(reference.name), nearest);
        }
        if (names.size() > 8) {
            names.resize(8);
            names.emplace_back("...");
        }
        return fmt::format("there is no {} {}; {}", what, Quoted(reference.name),
                           names.empty() ? "none is declared"
                                         : fmt::format("there are {}", fmt::join(names, ", ")));
    }

    // What a model is for, or the models of a route. Nothing where that is not to be seen.
    std::vector<std::string> TasksOf(const Document& target) const {
        if (target.id.kind == Kind::kModel) {
            const std::string task = TextAt(target.spec, "task", "chat");
            return task.empty() ? std::vector<std::string>() : std::vector{task};
        }
        std::vector<std::string> tasks;
        if (target.id.kind != Kind::kRoute) return tasks;
        for (const Reference& reference : ReferencesOf(target.id, target.spec)) {
            const auto model = by_id_.find({Kind::kModel, reference.name});
            if (!reference.path.starts_with("spec.backends") || model == by_id_.end()) continue;
            tasks.push_back(TextAt(model->second->spec, "task", "chat"));
        }
        return tasks;
    }

    void CheckTask(const Document& document, const Reference& reference, const Document& target,
                   const std::string& task) {
        if (task.empty() || std::ranges::find(reference.tasks, task) != reference.tasks.end()) {
            return;
        }
        Report(Problem::Kind::kReference, document, reference.path,
               fmt::format("{} is for {}, but a model for {} is needed here", target.id.ToString(),
                           task, fmt::join(reference.tasks, " or ")));
    }

    // All models of a route do the same; an embedding model of its cache is told apart by its
    // tasks.
    void CheckSameTask(const Document& document, const Reference& reference, const Document& target,
                       const std::string& task, std::vector<std::string>& tasks) {
        tasks.push_back(task);
        if (task == tasks.front() || task.empty() || tasks.front().empty()) return;
        Report(Problem::Kind::kReference, document, reference.path,
               fmt::format("{} is for {}, but the route's first model is for {}",
                           target.id.ToString(), task, tasks.front()));
    }

    // Two routes can't answer to the same name.
    void CheckPublicNames() {
        std::map<std::string, const Document*> taken;
        for (const Document& document : documents_) {
            if (document.id.kind != Kind::kRoute) continue;
            const json::object* spec = document.spec.if_object();
            const json::value* names = spec == nullptr ? nullptr : spec->if_contains("names");
            if (names == nullptr || !names->is_array()) continue;
            for (size_t i = 0; i < names->get_array().size(); ++i) {
                const json::value& name = names->get_array()[i];
                if (!name.is_string()) continue;
                const auto [first, is_new] =
                    taken.emplace(std::string(name.get_string()), &document);
                if (is_new) continue;
                Report(Problem::Kind::kDuplicate, document, fmt::format("spec.names[{}]", i),
                       fmt::format("{} has this name already", first->second->id.ToString()));
            }
        }
    }

    void CheckCircles() {
        for (const std::vector<ResourceId>& circle : Circles(edges_)) {
            std::vector<std::string> names;
            names.reserve(circle.size() + 1);
            for (const ResourceId& id : circle) names.push_back(id.name);
            names.push_back(circle.front().name);
            Report(Problem::Kind::kCycle, *by_id_.at(circle.front()), "spec",
                   fmt::format("goes in a circle: {}", fmt::join(names, " -> ")));
        }
    }

    const std::vector<Document>& documents_;
    const std::string& file_;
    Problems& problems_;
    std::map<ResourceId, const Document*> by_id_;
    Graph edges_;
};

}  // namespace

void CheckTogether(const std::vector<Document>& documents, const std::string& file,
                   Problems& problems) {
    TogetherChecker(documents, file, problems).Check();
}

}  // namespace argosy::resources
