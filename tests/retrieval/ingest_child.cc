// ingest_child FOLDER VERSION: writes batches of documents (and deletes some) for ever, and says
// "put FIRST COUNT" or "gone NUMBER" once each is durable. Its parent kills it.
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "ingest_work.h"
#include "retrieval/store/embedded_store.h"

namespace {

// One write, so that a kill leaves no half of a line.
void Say(const std::string& line) {
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(3);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace argosy;
    using namespace argosy::retrieval;
    if (argc != 3) return 2;
    const int version = std::atoi(argv[2]);
    constexpr int kDocuments = 120, kBatch = 4;
    // Index files are written often, so that some kills hit that too.
    auto store = OrThrow(EmbeddedStore::Open(argv[1], {.threads = 1, .save_after = 20}));
    Say("open\n");
    if (OrThrow(store->Collections()).empty()) {
        OrThrow(store->CreateCollection({.name = "c", .dimensions = kIngestDimensions}));
    }
    for (int first = version * 7 % kDocuments;; first = (first + kBatch) % kDocuments) {
        std::vector<StoredDocument> batch;
        for (int n = first; n < first + kBatch; ++n) batch.push_back(IngestDocument(n, version));
        Say(fmt::format("try {} {}\n", first, kBatch));
        OrThrow(store->Upsert("c", batch));
        Say(fmt::format("put {} {}\n", first, kBatch));
        if (first % 5 != 0) continue;
        const std::string gone[] = {fmt::format("d{}", first)};
        Say(fmt::format("trygone {}\n", first));
        OrThrow(store->Delete("c", gone));
        Say(fmt::format("gone {}\n", first));
    }
}
