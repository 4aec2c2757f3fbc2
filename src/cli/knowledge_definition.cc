#include "cli/knowledge_definition.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/durable_file.h"

namespace argosy::cli {

namespace {

// Each reads a field where it is there; false where it is of another kind.
bool Read(const json::object& object, std::string_view name, std::string& out) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) return true;
    if (value->is_string()) out = value->as_string();
    return value->is_string();
}

bool Read(const json::object& object, std::string_view name, size_t& out) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) return true;
    json::error_code error;
    const auto number = value->to_number<size_t>(error);
    if (!error) out = number;
    return !error;
}

bool Read(const json::object& object, std::string_view name, bool& out) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) return true;
    if (value->is_bool()) out = value->as_bool();
    return value->is_bool();
}

bool Read(const json::object& object, std::string_view name, std::vector<std::string>& out) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) return true;
    if (!value->is_array()) return false;
    for (const json::value& text : value->as_array()) {
        if (!text.is_string()) return false;
        out.emplace_back(text.as_string());
    }
    return true;
}

// Reads the fields one after the other and gives the name of the first that is wrong.
class Reader {
  public:
    explicit Reader(const json::object& object) : object_(object) {}

    template <typename T>
    Reader& Field(std::string_view name, T& out) {
        if (wrong_.empty() && !Read(object_, name, out)) wrong_ = name;
        return *this;
    }
    Result<void> Done() const {
        if (wrong_.empty()) return {};
        return Err(ErrorCode::kInvalidArgument, "'{}' is of another kind than it was written",
                   wrong_);
    }

  private:
    const json::object& object_;
    std::string wrong_;
};

json::array Texts(const std::vector<std::string>& texts) {
    json::array array;
    for (const std::string& text : texts) array.emplace_back(text);
    return array;
}

json::object SourceJson(const DefinedSource& source) {
    return {{"uri", source.uri},
            {"format", source.format},
            {"id_column", source.id_column},
            {"title_column", source.title_column},
            {"text_template", source.text_template},
            {"text_columns", Texts(source.text_columns)},
            {"metadata_columns", Texts(source.metadata_columns)},
            {"allow_private", source.allow_private}};
}

Result<DefinedSource> SourceFrom(const json::value& value) {
    DefinedSource source;
    if (!value.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "each of 'sources' has to be an object");
    }
    ARGOSY_CHECK_OK(Reader(value.as_object())
                        .Field("uri", source.uri)
                        .Field("format", source.format)
                        .Field("id_column", source.id_column)
                        .Field("title_column", source.title_column)
                        .Field("text_template", source.text_template)
                        .Field("text_columns", source.text_columns)
                        .Field("metadata_columns", source.metadata_columns)
                        .Field("allow_private", source.allow_private)
                        .Done());
    return source;
}

Result<retrieval::SourceOptions> ToSource(const DefinedSource& source) {
    retrieval::SourceOptions options{.uri = source.uri};
    options.load.table = {.id_column = source.id_column,
                          .title_column = source.title_column,
                          .text_columns = source.text_columns,
                          .text_template = source.text_template,
                          .metadata_columns = source.metadata_columns};
    options.load.allow_private_addresses = source.allow_private;
    if (!source.format.empty()) {
        ARGOSY_TRY(options.load.kind, retrieval::ParseContentKind(source.format));
    }
    return options;
}

Result<retrieval::PiiPolicy> ParsePii(const std::string& name) {
    if (name == "keep") return retrieval::PiiPolicy::kKeep;
    if (name == "mask") return retrieval::PiiPolicy::kMask;
    if (name == "refuse") return retrieval::PiiPolicy::kRefuse;
    return Err(ErrorCode::kInvalidArgument,
               "'{}': personal data is kept, masked or refused: "
               "keep, mask, refuse",
               name);
}

}  // namespace

json::object KnowledgeDefinition::ToJson() const {
    json::array list;
    for (const DefinedSource& source : sources) list.push_back(SourceJson(source));
    return {{"sources", std::move(list)},
            {"splitter", splitter},
            {"size", size},
            {"overlap", overlap},
            {"embed", embed},
            {"query_prefix", query_prefix},
            {"passage_prefix", passage_prefix},
            {"pii", pii}};
}

Result<KnowledgeDefinition> KnowledgeDefinition::FromJson(const json::object& object) {
    KnowledgeDefinition definition;
    ARGOSY_CHECK_OK(Reader(object)
                        .Field("splitter", definition.splitter)
                        .Field("size", definition.size)
                        .Field("overlap", definition.overlap)
                        .Field("embed", definition.embed)
                        .Field("query_prefix", definition.query_prefix)
                        .Field("passage_prefix", definition.passage_prefix)
                        .Field("pii", definition.pii)
                        .Done());
    const json::value* sources = object.if_contains("sources");
    if (sources == nullptr || !sources->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "'sources' has to be a list");
    }
    for (const json::value& value : sources->as_array()) {
        ARGOSY_TRY(DefinedSource source, SourceFrom(value));
        definition.sources.push_back(std::move(source));
    }
    return definition;
}

Result<retrieval::KnowledgeBaseOptions> KnowledgeDefinition::ToOptions(
    const std::string& name) const {
    retrieval::KnowledgeBaseOptions options{.name = name};
    ARGOSY_TRY(options.splitter.kind, retrieval::ParseSplitterKind(splitter));
    options.splitter.size = size;
    options.splitter.overlap = overlap;
    ARGOSY_TRY(options.pii, ParsePii(pii));
    for (const DefinedSource& source : sources) {
        ARGOSY_TRY(auto one, ToSource(source));
        options.sources.push_back(std::move(one));
    }
    return options;
}

std::filesystem::path DefinitionFile(const std::filesystem::path& store, const std::string& name) {
    return store / (name + ".json");
}

Result<KnowledgeDefinition> ReadDefinition(const std::filesystem::path& store,
                                           const std::string& name) {
    const std::filesystem::path path = DefinitionFile(store, name);
    std::ifstream in(path, std::ios::binary);
    if (!in) return Err(ErrorCode::kNotFound, "{} is not there", path.string());
    std::ostringstream text;
    text << in.rdbuf();
    auto value = ParseJson(std::move(text).str());
    if (!value) return At(path.string(), value.error());
    if (!value->is_object()) {
        return At(path.string(), {ErrorCode::kInvalidArgument, "is no JSON object", {}});
    }
    auto definition = KnowledgeDefinition::FromJson(value->as_object());
    if (!definition) return At(path.string(), definition.error());
    return definition;
}

Result<void> WriteDefinition(const std::filesystem::path& store, const std::string& name,
                             const KnowledgeDefinition& definition) {
    return WriteFileDurably(DefinitionFile(store, name),
                            json::serialize(definition.ToJson()) + "\n");
}

std::vector<std::string> DefinedNames(const std::filesystem::path& store) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(store, error)) {
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace argosy::cli
