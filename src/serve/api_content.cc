#include "serve/api_content.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace argosy::serve {

namespace {

bool Suits(const ModelHost& host, ModelUse use) {
    switch (use) {
        case ModelUse::kGenerate:
        case ModelUse::kAny:
            return host.info().generates;
        case ModelUse::kEmbed:
            return host.info().embeds;
        case ModelUse::kRerank:
            return host.info().reranks;
    }
    return false;
}

bool HasName(const ModelHost& host, const std::string& name) {
    return host.name() == name ||
           std::ranges::any_of(host.engine().adapters(),
                               [&](const AdapterInfo& adapter) { return adapter.name == name; });
}

// A host that is wrong for the use says so itself, better than we could.
ApiResult<ChosenModel> Default(const ApiContent& content, ModelUse use) {
    for (const auto& host : content.hosts) {
        if (Suits(*host, use)) return ChosenModel{host.get(), nullptr, host->name()};
    }
    if (use == ModelUse::kGenerate && !content.extra_models.empty()) {
        const ExtraModel& first = content.extra_models.front();
        return ChosenModel{nullptr, &first, first.name};
    }
    if (content.hosts.empty()) {
        return std::unexpected(FromStatus(503,
                                          "No model is ready; /v1/models lists those that "
                                          "are, /ready tells when all are"));
    }
    ModelHost* host = content.hosts.front().get();
    return ChosenModel{host, nullptr, host->name()};
}

ApiError Unknown(const ApiContent& content, const std::string& name) {
    std::vector<std::string> known;
    for (const auto& host : content.hosts) {
        known.push_back("'" + host->name() + "'");
        for (const AdapterInfo& adapter : host->engine().adapters()) {
            known.push_back("'" + adapter.name + "'");
        }
    }
    for (const ExtraModel& extra : content.extra_models) known.push_back("'" + extra.name + "'");
    for (const ModelAlias& alias : content.aliases) known.push_back("'" + alias.name + "'");
    ApiError error = FromStatus(
        404, known.empty() ? fmt::format("The model '{}' does not exist; none is ready", name)
                           : fmt::format("The model '{}' does not exist; there is {}", name,
                                         fmt::join(known, ", ")));
    error.param = "model";
    error.code = "model_not_found";
    return error;
}

ApiResult<std::string> BehindAlias(const ApiContent& content, const ServerRequest& request,
                                   std::string name) {
    const auto alias = std::ranges::find(content.aliases, name, &ModelAlias::name);
    if (alias == content.aliases.end()) return name;
    return alias->choose(request);
}

}  // namespace

ApiResult<ChosenModel> ChooseModel(const ApiContent& content, const ServerRequest& request,
                                   const json::object& body, ModelUse use) {
    const json::value* wanted = body.if_contains("model");
    // Of another type: whoever reads the body tells what is wrong with it.
    if (wanted == nullptr || !wanted->is_string() || wanted->as_string().empty()) {
        ARGOSY_TRY(ChosenModel chosen, Default(content, use));
        if (content.refuse) {
            if (auto error = content.refuse(request, chosen.name)) return std::unexpected(*error);
        }
        return chosen;
    }
    const std::string asked(wanted->as_string());
    if (content.refuse) {
        if (auto error = content.refuse(request, asked)) return std::unexpected(*error);
    }
    ARGOSY_TRY(const std::string name, BehindAlias(content, request, asked));
    if (use == ModelUse::kGenerate) {
        const auto extra = std::ranges::find(content.extra_models, name, &ExtraModel::name);
        if (extra != content.extra_models.end()) return ChosenModel{nullptr, &*extra, name};
    }
    for (const auto& host : content.hosts) {
        if (HasName(*host, name)) return ChosenModel{host.get(), nullptr, name};
    }
    return std::unexpected(Unknown(content, asked));
}

}  // namespace argosy::serve
