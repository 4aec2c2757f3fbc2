// An embedded store behind Qdrant's API, for tests with real clients: face_server FOLDER [API_KEY].
// Says its port in one line and serves until its input ends.
#include <iostream>

#include "net/http_server.h"
#include "retrieval/face/qdrant_face.h"
#include "retrieval/store/embedded_store.h"

int main(int argc, char** argv) {
    using namespace argosy;
    if (argc < 2 || argc > 3) {
        std::cerr << "usage: face_server FOLDER [API_KEY]\n";
        return 2;
    }
    try {
        const std::filesystem::path folder = argv[1];
        const auto store =
            OrThrow(retrieval::EmbeddedStore::Open(folder / "store", {.threads = 1}));
        retrieval::QdrantFace face(
            *store, {.api_key = argc == 3 ? argv[2] : "", .snapshots = folder / "snapshots"});
        Router router;
        face.AddTo(router);
        ServerOptions options;
        options.threads = 2;
        HttpServer server(options, router.AsHandler());
        OrThrow(server.Start());
        std::cout << server.port() << std::endl;
        while (std::cin.get() != std::istream::traits_type::eof()) {
        }
        server.Stop();
        return 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
