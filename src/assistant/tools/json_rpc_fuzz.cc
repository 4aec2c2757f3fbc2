// Any bytes are a message or an error; a message written again is read the same.
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
    if (!again || FormatRpc(*again) != line) std::abort();
    return 0;
}
