#include "retrieval/load/pdf_loader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "retrieval/load/subprocess.h"

namespace argosy::retrieval {

namespace {

// Cuts pdftotext's output into pages: each ends with a form feed.
class Pages {
  public:
    Pages(const std::string& source, LoadSession& session) : source_(source), session_(session) {}

    bool Take(std::string_view bytes) {
        while (!bytes.empty()) {
            const size_t end = std::min(bytes.find('\f'), bytes.size());
            page_ += bytes.substr(0, end);
            if (page_.size() > session_.options().max_document_bytes) {
                too_large_ = true;
                return false;
            }
            if (end == bytes.size()) break;
            if (!End()) return false;
            bytes.remove_prefix(end + 1);
        }
        return true;
    }

    size_t done() const { return done_; }
    bool too_large() const { return too_large_; }

  private:
    bool End() {
        Document document;
        document.id = fmt::format("{}#page={}", source_, ++done_);
        document.source = document.id;
        document.text = SanitizeUtf8(page_);
        while (document.text.ends_with('\n')) document.text.pop_back();
        document.metadata["page"] = done_;
        page_.clear();
        return session_.Emit(std::move(document));
    }

    const std::string& source_;
    LoadSession& session_;
    std::string page_;
    size_t done_ = 0;
    bool too_large_ = false;
};

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// What went wrong, or nothing.
std::string ProblemOf(const Result<SubprocessEnd>& end, const Pages& pages,
                      const PdfLimits& limits) {
    if (pages.too_large()) return "a page of it has more text than a document may have";
    if (!end && end.error().code == ErrorCode::kDeadlineExceeded) {
        return fmt::format("pdftotext took longer than {} ms", limits.time.count());
    }
    if (!end) return end.error().message;
    if (end->signal == 0 && end->exit_code == 0) return {};
    if (end->errors.contains("Incorrect password")) {
        return "the PDF is encrypted and needs a password";
    }
    const std::string said = end->errors.empty() ? "" : ": " + FirstLine(end->errors);
    if (end->signal != 0) {
        return fmt::format(
            "pdftotext ended by signal {} ({}), perhaps for want of memory: its limit "
            "is {}{}",
            end->signal, strsignal(end->signal), FormatBytes(limits.memory_bytes), said);
    }
    return fmt::format("pdftotext cannot read it (exit code {}){}", end->exit_code, said);
}

}  // namespace

void LoadPdf(int fd, const std::string& source, LoadSession& session) {
    const PdfLimits& limits = session.options().pdf;
    const std::string program = FindProgram(limits.program, session.options().environment("PATH"));
    if (program.empty()) {
        return session.Problem(source, 0,
                               "reading PDFs needs the program pdftotext, which is not installed: "
                               "install poppler-utils (apt-get install poppler-utils)");
    }
    Pages pages(source, session);
    // The file comes as standard input, so no name of it can be taken for an option.
    const auto end =
        RunSubprocess({.program = program,
                       .arguments = {"-q", "-enc", "UTF-8", "-eol", "unix", "/dev/stdin", "-"},
                       .input = fd,
                       .time = limits.time,
                       .memory_bytes = limits.memory_bytes},
                      [&](std::string_view bytes) { return pages.Take(bytes); });
    if (session.cancelled()) return;
    const std::string problem = ProblemOf(end, pages, limits);
    if (!problem.empty()) {
        session.Problem(fmt::format("{}#page={}", source, pages.done() + 1), 0, problem);
    } else if (!end->errors.empty()) {
        session.Note(source, 0, "pdftotext says: " + FirstLine(end->errors));
    }
}

}  // namespace argosy::retrieval
