#include "retrieval/load/file_loader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "retrieval/load/decode_text.h"
#include "retrieval/load/glob.h"
#include "retrieval/load/page_loader.h"
#include "retrieval/load/pdf_loader.h"
#include "retrieval/load/table_loader.h"

namespace argosy::retrieval {

namespace fs = std::filesystem;

namespace {

bool IsTable(ContentKind kind) {
    return kind == ContentKind::kCsv || kind == ContentKind::kTsv || kind == ContentKind::kJsonl;
}

void LoadRows(std::istream& in, const std::string& source, ContentKind kind, LoadSession& session) {
    if (kind == ContentKind::kJsonl) return LoadJsonl(in, source, session);
    LoadTable(in, source, kind, session);
}

// A table in UTF-16 is decoded whole; the usual one streams.
void LoadTableFile(std::ifstream& in, const std::string& source, ContentKind kind, uint64_t bytes,
                   LoadSession& session) {
    char mark[2] = {};
    in.read(mark, sizeof mark);
    const bool utf16 = in.gcount() == 2 && IsUtf16({mark, 2});
    in.clear();
    in.seekg(0);
    if (!utf16) return LoadRows(in, source, kind, session);
    if (bytes > session.options().max_document_bytes) {
        return session.Problem(source, 0, "UTF-16 and too large to be decoded; save it as UTF-8");
    }
    std::ostringstream whole;
    whole << in.rdbuf();
    auto text = DecodeText(std::move(whole).str());
    if (!text) return session.Problem(source, 0, text.error().message);
    std::istringstream decoded(std::move(*text));
    LoadRows(decoded, source, kind, session);
}

void LoadPdfFile(const fs::path& path, const std::string& source, LoadSession& session) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return session.Problem(source, 0, std::string("cannot be opened: ") + std::strerror(errno));
    }
    LoadPdf(fd, source, session);
    ::close(fd);
}

uint64_t SizeOf(const fs::path& path) {
    std::error_code ec;
    const auto size = fs::file_size(path, ec);
    return ec ? 0 : size;
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Files below a folder, by path. What cannot be listed is reported.
std::vector<std::string> FilesBelow(const fs::path& folder, LoadSession& session) {
    std::vector<std::string> files;
    std::error_code ec;
    fs::recursive_directory_iterator at(folder, ec);
    for (; !ec && at != fs::recursive_directory_iterator(); at.increment(ec)) {
        std::error_code ignored;
        if (IsHidden(at->path())) {
            if (at->is_directory(ignored)) at.disable_recursion_pending();
        } else if (at->is_regular_file(ignored)) {
            files.push_back(at->path().string());
        }
    }
    if (ec) session.Problem(folder.string(), 0, "cannot be listed whole: " + ec.message());
    std::ranges::sort(files);
    return files;
}

void LoadFiles(const std::vector<std::string>& files, LoadSession& session) {
    std::vector<std::pair<std::string, ContentKind>> known;
    uint64_t bytes = 0;
    for (const std::string& file : files) {
        const auto kind = session.options().kind ? session.options().kind : KindOfName(file);
        if (!kind) {
            session.Note(file, 0, "of a kind that is not read, by its name");
            continue;
        }
        known.emplace_back(file, *kind);
        bytes += SizeOf(file);
    }
    session.ExpectBytes(bytes);
    for (const auto& [file, kind] : known) {
        if (session.cancelled()) return;
        LoadFile(file, file, kind, session);
    }
}

void LoadPattern(const std::string& pattern, LoadSession& session) {
    const std::string root = GlobRoot(pattern);
    std::vector<std::string> files = FilesBelow(root.empty() ? "." : root, session);
    std::erase_if(files, [&](std::string& file) {
        if (root.empty() && file.starts_with("./")) file.erase(0, 2);
        return !MatchesGlob(pattern, file);
    });
    if (files.empty()) return session.Problem(pattern, 0, "no file matches the pattern");
    LoadFiles(files, session);
}

void LoadOne(const std::string& path, LoadSession& session) {
    const auto kind = session.options().kind ? session.options().kind : KindOfName(path);
    if (kind) return LoadFile(path, path, *kind, session);
    session.Problem(path, 0,
                    "of a kind that its name does not tell; name it .csv, .tsv, .jsonl, .md, "
                    ".html, .pdf or .txt, or say which it is");
}

}  // namespace

void LoadFile(const fs::path& path, const std::string& source, ContentKind kind,
              LoadSession& session) {
    const uint64_t bytes = SizeOf(path);
    session.BeginFile(source, bytes);
    if (kind == ContentKind::kPdf) {
        LoadPdfFile(path, source, session);
        return session.EndFile(bytes);
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        session.Problem(source, 0, std::string("cannot be opened: ") + std::strerror(errno));
    } else if (IsTable(kind)) {
        LoadTableFile(in, source, kind, bytes, session);
    } else {
        LoadPage(in, source, kind, session);
    }
    session.EndFile(bytes);
}

void LoadPath(const std::string& path, LoadSession& session) {
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (fs::is_directory(status)) return LoadFiles(FilesBelow(path, session), session);
    if (fs::is_regular_file(status)) return LoadOne(path, session);
    if (fs::exists(status)) return session.Problem(path, 0, "is neither a file nor a folder");
    if (IsGlob(path)) return LoadPattern(path, session);
    session.Problem(path, 0, "no such file or folder");
}

}  // namespace argosy::retrieval
