#include "retrieval/store/store_export.h"

#include <system_error>

#include "base/durable_file.h"
#include "retrieval/store/collection_json.h"

namespace argosy::retrieval {

namespace {

constexpr const char* kFormat = "argosy.collection.v1";

std::filesystem::path Partial(std::filesystem::path path) { return path += ".partial"; }

}  // namespace

Result<ExportWriter> ExportWriter::Create(const std::filesystem::path& path,
                                          const CollectionConfig& config) {
    ExportWriter writer(path);
    writer.out_.open(Partial(path), std::ios::binary | std::ios::trunc);
    ARGOSY_CHECK_OK(writer.Line({{"format", kFormat}, {"config", ConfigToJson(config)}}));
    return writer;
}

Result<void> ExportWriter::Line(const json::value& value) {
    out_ << json::serialize(value) << '\n';
    if (out_) return {};
    return At(
        path_.string(),
        {ErrorCode::kInternal, "cannot be written: is the folder there, and is there room?", {}});
}

Result<void> ExportWriter::Add(const StoredDocument& document) {
    ++documents_;
    return Line(DocumentToJson(document));
}

Result<void> ExportWriter::Finish() {
    ARGOSY_CHECK_OK(Line({{"documents", documents_}}));
    out_.close();
    std::error_code error;
    std::filesystem::rename(Partial(path_), path_, error);
    if (error) return At(path_.string(), {ErrorCode::kInternal, error.message(), {}});
    return SyncFolder(path_.has_parent_path() ? path_.parent_path() : ".");
}

Result<CollectionConfig> ReadExport(
    const std::filesystem::path& path,
    const std::function<Result<void>(const CollectionConfig&)>& on_config,
    const std::function<Result<void>(StoredDocument&&)>& on_document) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return At(path.string(), {ErrorCode::kNotFound, "no such snapshot", {}});
    std::string line;
    size_t number = 0, documents = 0;
    CollectionConfig config;
    while (std::getline(in, line)) {
        const std::string where = fmt::format("{}:{}", path.string(), ++number);
        auto json = ParseJson(line);
        const auto* object = json ? json->if_object() : nullptr;
        if (object == nullptr) return At(where, {ErrorCode::kCorrupt, "no JSON object", {}});
        if (number == 1) {
            const auto* format = object->if_contains("format");
            if (format == nullptr || *format != kFormat || !object->contains("config")) {
                return At(where, {ErrorCode::kCorrupt, "no snapshot of a collection", {}});
            }
            auto read = ConfigFromJson(object->at("config"));
            if (!read) return At(where, read.error());
            config = std::move(*read);
            ARGOSY_CHECK_OK(on_config(config));
        } else if (const auto* count = object->if_contains("documents")) {
            if (count->is_int64() && static_cast<size_t>(count->get_int64()) == documents) {
                return config;
            }
            return At(where, {ErrorCode::kCorrupt, "another number of documents is said", {}});
        } else {
            auto document = DocumentFromJson(*json);
            if (!document) return At(where, document.error());
            ++documents;
            ARGOSY_CHECK_OK(on_document(std::move(*document)));
        }
    }
    return At(path.string(), {ErrorCode::kCorrupt, "the snapshot is cut off", {}});
}

}  // namespace argosy::retrieval
