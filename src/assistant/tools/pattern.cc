#include "assistant/tools/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace argosy::assistant {

namespace {
constexpr uint32_t kMaxSteps = 100'000;
constexpr uint32_t kMaxHeapKib = 4096;
}  // namespace

Result<Pattern> Pattern::Compile(std::string_view source) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(),
                                     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY,
                                     &error, &offset, nullptr);
    if (code == nullptr) {
        char message[256] = {};
        pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof message);
        return Err(ErrorCode::kInvalidArgument, "bad pattern at offset {}: {}", offset, message);
    }
    return Pattern(
        std::shared_ptr<void>(code, [](void* p) { pcre2_code_free(static_cast<pcre2_code*>(p)); }));
}

bool Pattern::Finds(std::string_view text) const {
    const auto* code = static_cast<const pcre2_code*>(code_.get());
    pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
    pcre2_match_context* context = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(context, kMaxSteps);
    pcre2_set_heap_limit(context, kMaxHeapKib);
    const int found = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                                  0, data, context);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    return found >= 0;
}

}  // namespace argosy::assistant
