// Any bytes are a message or an error; a message written again is read the same. (Fractions in its
// body may differ in their last digit, which is the JSON library's affair.)
#include <cstdint>
#include <cstdlib>

#include "assistant/tools/json_rpc.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace argosy::assistant;
    const auto message = ParseRpc({reinterpret_cast<const char*>(data), size});
    if (!message) return 0;
    const std::string line = FormatRpc(*message);
    if (line.find('\n') != std::string::npos) std::abort();
    const auto again = ParseRpc(line);
    if (!again || again->kind != message->kind || again->id != message->id ||
        again->method != message->method || again->code != message->code ||
        again->message != message->message) {
        std::abort();
    }
    return 0;
}
