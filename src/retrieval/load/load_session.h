// One run of loading: what every loader writes to. Hands documents on, counts, and remembers that
// the caller has had enough.
#pragma once

#include <cstdint>
#include <string>

#include "retrieval/load/load_options.h"
#include "retrieval/load/load_report.h"

namespace argosy::retrieval {

/// Single-strand. Options and sink outlive it.
class LoadSession {
  public:
    LoadSession(const LoadOptions& options, const DocumentSink& sink)
        : options_(options), sink_(sink) {}

    const LoadOptions& options() const { return options_; }
    bool cancelled() const { return report_.cancelled; }

    /// A file of so many bytes begins (0: not known).
    void BeginFile(const std::string& source, uint64_t bytes);
    /// How far into it reading is.
    void At(uint64_t bytes) { in_file_ = bytes; }
    void EndFile(uint64_t bytes);

    /// Gives a document to the sink; one without text is noted instead. False once cancelled.
    bool Emit(Document document, size_t line = 0);
    void Problem(std::string source, size_t line, std::string what);
    void Note(std::string source, size_t line, std::string what);
    /// The whole of what is to come, for progress.
    void ExpectBytes(uint64_t bytes) { total_bytes_ = bytes; }

    LoadReport TakeReport() { return std::move(report_); }

  private:
    void Progress();

    const LoadOptions& options_;
    const DocumentSink& sink_;
    LoadReport report_;
    std::string source_;
    uint64_t in_file_ = 0;
    uint64_t total_bytes_ = 0;
};

}  // namespace argosy::retrieval
