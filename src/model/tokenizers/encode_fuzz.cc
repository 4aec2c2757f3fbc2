// Any text through the tokenizers of random models: ids within the vocabulary, byte-level ones give
// the text back, streams give what decoding gives, and special tokens appear only where allowed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "model/make_vocabulary.h"
#include "model/stored_model.h"
#include "model/tokenizer.h"

namespace argosy {
namespace {

struct Subject {
    std::unique_ptr<Tokenizer> tokenizer;
    bool gives_back;  // decoding gives the text, if it is UTF-8
};

std::vector<Subject> MakeSubjects() {
    std::vector<Subject> subjects;
    for (const auto& [kind, pre, gives_back] : {std::tuple{"bpe", "gpt-2", true},
                                                {"bpe", "llama-bpe", true},
                                                {"bpe", "tekken", true},
                                                {"bpe", "deepseek-v3", true},
                                                {"bpe", "default", true},
                                                {"bpe", "qwen2", false},
                                                {"spm", "", false},
                                                {"wordpiece", "", false}}) {
        Metadata metadata;
        AddVocabulary(kind, 700, pre, metadata);
        const StoredModel model({"m", std::move(metadata), {}, {}, {}, {}});
        subjects.push_back({OrThrow(LoadTokenizer(model)), gives_back});
    }
    return subjects;
}

void Check(const Subject& subject, std::string_view text) {
    const Tokenizer& tokenizer = *subject.tokenizer;
    for (const bool special : {true, false}) {
        const auto ids = tokenizer.Encode(text, {.add_special = false, .parse_special = special});
        for (const TokenId id : ids) {
            ARGOSY_CHECK(id >= 0 && id < tokenizer.vocab_size());
            const bool named = tokenizer.TokenText(id).starts_with("<|im_");
            ARGOSY_CHECK(special || !named);
        }
        const std::string decoded = tokenizer.Decode(ids, false);
        if (subject.gives_back) ARGOSY_CHECK(decoded == SanitizeUtf8(text));
        StreamDecoder stream(tokenizer, false);
        std::string streamed;
        for (const TokenId id : ids) streamed += stream.Push(id);
        streamed += stream.Finish();
        ARGOSY_CHECK(streamed == decoded);
        ARGOSY_CHECK(decoded == SanitizeUtf8(decoded));
    }
}

}  // namespace
}  // namespace argosy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto subjects = argosy::MakeSubjects();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto& subject : subjects) argosy::Check(subject, text);
    return 0;
}
