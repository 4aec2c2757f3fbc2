// Any bytes as a safetensors file: an error or tensors whose bytes lie within the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "model/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
    const auto tensors = argosy::ParseSafetensors(file);
    if (!tensors) {
        if (tensors.error().message.empty()) std::abort();
        return 0;
    }
    for (const argosy::Safetensor& tensor : *tensors) {
        if (tensor.bytes.data() < file.data() ||
            tensor.bytes.data() + tensor.bytes.size() > file.data() + size) {
            std::abort();
        }
    }
    return 0;
}
