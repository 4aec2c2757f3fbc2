// Any body gives a request or an error; a knowledge base that is accepted has sizes that make
// sense.
#include <cstdint>
#include <cstdlib>

#include "serve/knowledge/knowledge_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy;
    const auto body = ParseJson({reinterpret_cast<const char*>(data), size});
    if (!body || !body->is_object()) return 0;
    const auto query = serve::ParseKnowledgeQuery(body->as_object());
    if (query && (query->query.empty() || query->limit > 1000)) std::abort();
    const auto options = serve::ParseKnowledgeBase("name", body->as_object());
    if (options && options->splitter.overlap > options->splitter.size) std::abort();
    return 0;
}
