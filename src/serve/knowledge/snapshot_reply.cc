#include "serve/knowledge/snapshot_reply.h"

#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "retrieval/load/temporary_file.h"
#include "serve/respond.h"

namespace argosy::serve {

namespace {

constexpr size_t kPiece = size_t{64} << 10;
constexpr size_t kMaxBuffered = size_t{256} << 10;  // below ServerOptions::stream_buffer_bytes

// The server ends a connection whose client takes nothing for long, so this ends too.
bool WaitForRoom(const StreamWriter& writer, const std::stop_token& stop) {
    while (writer.buffered_bytes() > kMaxBuffered) {
        if (!writer.alive() || stop.stop_requested()) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return writer.alive();
}

}  // namespace

void ReplyWithSnapshot(const retrieval::KnowledgeBase& base, Exchange& exchange,
                       const std::stop_token& stop) {
    const auto file = retrieval::TemporaryFile::Make();
    if (!file) return RespondError(exchange, ToApiError(file.error()));
    if (const auto written = base.Snapshot(file->path()); !written) {
        return RespondError(exchange, ToApiError(written.error()));
    }
    std::ifstream in(file->path(), std::ios::binary);
    const auto writer = exchange.StartStream(
        200, {{"Content-Type", "application/vnd.sqlite3"},
              {"Content-Disposition", "attachment; filename=\"" + base.name() + ".snapshot\""}});
    std::string piece(kPiece, '\0');
    while (WaitForRoom(*writer, stop) && in.read(piece.data(), kPiece).gcount() > 0) {
        writer->Write(piece.substr(0, static_cast<size_t>(in.gcount())));
    }
    // Without Close the client sees a broken body rather than a short one.
    if (in.eof()) writer->Close();
}

Result<void> RestoreFrom(retrieval::KnowledgeBase& base, std::string_view bytes) {
    if (bytes.empty()) {
        return Err(ErrorCode::kInvalidArgument,
                   "the body is empty; it has to be the file that GET .../snapshot gave");
    }
    ARGOSY_TRY(auto file, retrieval::TemporaryFile::Make());
    if (!file.Append(bytes)) {
        return Err(ErrorCode::kResourceExhausted, "the disk has no room for the snapshot");
    }
    return base.Restore(file.path());
}

}  // namespace argosy::serve
