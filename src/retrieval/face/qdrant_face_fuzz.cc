// Any bytes as the body of any of the face's requests give an answer or an error, and what is read
// of a point is kept as it was. The first byte chooses the request.
#include <cstdint>
#include <cstdlib>

#include "retrieval/face/multipart.h"
#include "retrieval/face/point_query.h"
#include "retrieval/face/point_update.h"
#include "retrieval/store/embedded_store.h"

namespace {

using namespace argosy;
using namespace argosy::retrieval;

// A collection whose points come and go by what is fuzzed.
face::PointCollection& FuzzedPoints() {
    static const auto store = [] {
        const auto folder = std::filesystem::temp_directory_path() / "argosy_fuzz_face";
        std::filesystem::remove_all(folder);
        return OrThrow(EmbeddedStore::Open(folder, {.threads = 1}));
    }();
    static const auto collection = [] {
        const json::object body{{"vectors", {{"d", {{"size", 2}, {"distance", "Euclid"}}}}},
                                {"sparse_vectors", {{"s", {{"modifier", "idf"}}}}}};
        const auto schema = OrThrow(face::ParseSchema("c", body));
        OrThrow(store->CreateCollection(schema.config));
        return OrThrow(face::PointCollection::Open(*store, schema));
    }();
    return *collection;
}

void CheckPoints(const json::object& body) {
    const auto points = face::ParsePoints(FuzzedPoints().schema(), body);
    if (!points) return;
    for (const face::Point& point : *points) {
        const auto back = face::FromChunk(face::ToDocument(point).chunks[0]);
        const bool reserved =
            point.payload.contains(face::kIdMember) || point.payload.contains(face::kSparseMember);
        if (!back || back->id != point.id || back->sparse != point.sparse) std::abort();
        if (!reserved && back->payload != point.payload) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    constexpr const char* kUpdates[] = {
        "upsert", "delete", "set_payload", "overwrite_payload", "delete_payload", "clear_payload"};
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 16 == 15) {
        (void)face::FormPart("multipart/form-data; boundary=b", text, "snapshot");
        return 0;
    }
    const auto body = ParseJson(text);
    if (!body || !body->is_object()) return 0;
    const json::object& object = body->get_object();
    face::PointCollection& collection = FuzzedPoints();
    CheckPoints(object);
    (void)face::ParseSchema("x", object);
    const size_t kind = data[0] % 16;
    if (kind < std::size(kUpdates)) {
        (void)face::RunUpdate(collection, kUpdates[kind], object);
    } else if (kind == 6) {
        (void)face::RunUpdates(collection, object);
    } else if (kind == 7) {
        const auto query = face::ParseSearch(collection.schema(), object);
        if (query) (void)face::RunQuery(collection, *query);
    } else {
        const auto query = face::ParseQuery(collection.schema(), object);
        if (query) (void)face::RunQuery(collection, *query);
    }
    return 0;
}
