#include "retrieval/load/load_session.h"

#include <algorithm>
#include <utility>

namespace argosy::retrieval {

void LoadSession::BeginFile(const std::string& source, uint64_t bytes) {
    source_ = source;
    in_file_ = 0;
    total_bytes_ = std::max(total_bytes_, report_.bytes + bytes);
    ++report_.files;
    Progress();
}

void LoadSession::EndFile(uint64_t bytes) {
    in_file_ = 0;
    report_.bytes += bytes;
    Progress();
}

bool LoadSession::Emit(Document document, size_t line) {
    if (report_.cancelled) return false;
    if (document.text.find_first_not_of(" \t\r\n\f\v") == std::string::npos) {
        Note(document.source, line, "no text, nothing to index");
        return true;
    }
    ++report_.documents;
    report_.cancelled = !sink_(std::move(document));
    Progress();
    return !report_.cancelled;
}

void LoadSession::Problem(std::string source, size_t line, std::string what) {
    report_.problems.Add({std::move(source), line, std::move(what)});
}

void LoadSession::Note(std::string source, size_t line, std::string what) {
    report_.notes.Add({std::move(source), line, std::move(what)});
}

void LoadSession::Progress() {
    if (!options_.on_progress) return;
    options_.on_progress({source_, report_.documents, report_.bytes + in_file_, total_bytes_});
}

}  // namespace argosy::retrieval
