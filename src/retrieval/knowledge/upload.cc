#include "retrieval/knowledge/upload.h"

#include <algorithm>
#include <utility>

#include "retrieval/load/file_loader.h"
#include "retrieval/load/temporary_file.h"

namespace argosy::retrieval {

namespace {

LoadReport ReadUpload(const std::string& name, std::string_view bytes, ContentKind kind,
                      const LoadOptions& options, const DocumentSink& sink) {
    LoadSession session(options, sink);
    auto file = TemporaryFile::Make();
    if (!file) {
        session.Problem(name, 0, file.error().ToString());
    } else if (!file->Append(bytes)) {
        session.Problem(name, 0, "cannot be kept while it is read: the disk is full or refuses");
    } else {
        LoadFile(file->path(), name, kind, session);
    }
    return session.TakeReport();
}

}  // namespace

Result<std::string> UploadName(std::string_view filename) {
    const size_t slash = filename.find_last_of("/\\");
    if (slash != std::string_view::npos) filename = filename.substr(slash + 1);
    const bool control = std::ranges::any_of(
        filename, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (filename.empty() || filename == "." || filename == ".." || filename.size() > 255 ||
        control) {
        return Err(ErrorCode::kInvalidArgument,
                   "the file needs a name of 1 to 255 characters, such as catalog.csv");
    }
    return std::string(filename);
}

Result<IngestSourceRun> UploadRun(const std::string& filename, std::string_view bytes,
                                  const LoadOptions& options) {
    ARGOSY_TRY(std::string name, UploadName(filename));
    const auto kind = options.kind ? options.kind : KindOfName(name);
    if (!kind) {
        return Err(ErrorCode::kInvalidArgument,
                   "'{}': its name does not tell what it is; name it .csv, .tsv, .jsonl, .md, "
                   ".html, .pdf or .txt",
                   name);
    }
    IngestSourceRun run{.source = {SourceKind::kUpload, name}, .load = options, .read = {}};
    run.read = [name, bytes, kind](const LoadOptions& load, const DocumentSink& sink) {
        return ReadUpload(name, bytes, *kind, load, sink);
    };
    return run;
}

}  // namespace argosy::retrieval
