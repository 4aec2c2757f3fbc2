// Any bytes as a GGUF file: an error or tensors whose bytes lie within the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "model/gguf_reader.h"
#include "model/quantize.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using argosy::RowBytes;
    const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
    const auto contents = argosy::ParseGguf(file);
    if (!contents) {
        if (contents.error().message.empty()) std::abort();
        return 0;
    }
    for (const argosy::TensorView& tensor : contents->tensors) {
        const bool inside = tensor.bytes.data() >= file.data() &&
                            tensor.bytes.data() + tensor.bytes.size() <= file.data() + size;
        const size_t bytes = RowBytes(tensor.type, static_cast<size_t>(tensor.elements()));
        if (!inside || bytes != tensor.bytes.size()) std::abort();
        std::vector<float> row(static_cast<size_t>(tensor.columns()));
        const auto first = tensor.bytes.first(RowBytes(tensor.type, row.size()));
        if (!argosy::DequantizeRow(tensor.type, first, row)) std::abort();
    }
    return 0;
}
