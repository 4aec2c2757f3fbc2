// Any bytes are a reply, the beginning of one, or an error; a reply written again is read the same.
#include <cstdint>
#include <cstdlib>

#include "assistant/memory/resp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::assistant;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    RespValue value;
    const auto used = ParseReply(bytes, value, {.max_bytes = 4096, .max_depth = 8});
    if (!used || *used == 0) return 0;
    if (*used > size) std::abort();
    const std::string again = EncodeReply(value);
    RespValue second;
    const auto reread = ParseReply(again, second);
    if (!reread || *reread != again.size() || second != value) std::abort();
    return 0;
}
