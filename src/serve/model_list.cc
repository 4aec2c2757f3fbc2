#include "serve/model_list.h"

namespace argosy::serve {

namespace {

json::object ModelObject(const ModelHost& host, const std::string& id, const std::string& root,
                         int64_t created) {
    return {{"id", id},
            {"object", "model"},
            {"created", created},
            {"owned_by", "argosy"},
            {"root", root},
            {"parent", nullptr},
            {"max_model_len", host.engine().options().context_length}};
}

json::object About(const ModelHost& host) {
    const RunnerInfo& info = host.info();
    json::object about{{"architecture", info.architecture},
                       {"context_length", info.context_length},
                       {"vocab_size", info.vocab_size},
                       {"embedding_dim", info.embedding_dim},
                       {"generates", info.generates},
                       {"embeds", info.embeds},
                       {"reranks", info.reranks},
                       {"weight_bytes", info.weight_bytes},
                       {"chat_template", host.chat().origin()}};
    if (!host.chat().warning().empty()) about["warning"] = host.chat().warning();
    return about;
}

}  // namespace

json::array ListModels(const ModelHost& host, int64_t created) {
    json::array models;
    json::object base = ModelObject(host, host.name(), host.file().path().string(), created);
    base["argosy"] = About(host);
    models.push_back(std::move(base));
    for (const AdapterInfo& adapter : host.engine().adapters()) {
        json::object model = ModelObject(host, adapter.name, adapter.path, created);
        model["parent"] = host.name();
        model["argosy"] = json::object{{"lora_rank", adapter.rank}};
        models.push_back(std::move(model));
    }
    return models;
}

}  // namespace argosy::serve
