// Any tokenizer.json: an error or a tokenizer that encodes and decodes, never a crash, leak or long
// run. Input: the document, then behind a 0 byte a text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const size_t end = input.find('\0');
    const auto tokenizer = argosy::LoadTokenizerJson(input.substr(0, end), "");
    if (!tokenizer) return 0;
    const std::string_view text =
        end == input.npos ? "Hello, <s>w\xc3\xb6rld \xff 42</s>" : input.substr(end + 1);
    const auto ids = tokenizer.value()->Encode(text);
    (void)tokenizer.value()->Decode(ids, false);
    (void)tokenizer.value()->EncodePair(text, "b");
    for (const argosy::TokenId id : ids) (void)tokenizer.value()->TokenBytes(id);
    return 0;
}
