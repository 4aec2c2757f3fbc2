#include "model/vocabulary_builder.h"

#include <iterator>
#include <utility>

namespace argosy {

namespace {

constexpr std::string_view kChatTokens[] = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
static_assert(kByteBpeSpecials == std::size(kChatTokens) + std::size(kToolTokens));

}  // namespace

const std::string_view kChatTemplate =
    R"({%- if tools %}<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}You may call these functions:
<tools>{% for tool in tools %}
{{ tool | tojson }}{% endfor %}
</tools>
To call one, answer with
<tool_call>
{"name": "<its name>", "arguments": {<its arguments>}}
</tool_call><|im_end|>
{% elif messages[0].role == 'system' %}<|im_start|>system
{{ messages[0].content }}<|im_end|>
{% endif %}{% for message in messages %}{% if message.role == 'tool' %}<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% elif message.role != 'system' or not loop.first %}<|im_start|>{{ message.role }}
{{ message.content or '' }}{% for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %})";

int64_t VocabularyBuilder::Add(const std::string& token, TokenType type, double score) {
    const auto id = static_cast<int64_t>(tokens.size());
    if (!ids.emplace(token, id).second) return ids[token];
    tokens.push_back(token);
    types.push_back(type);
    scores.push_back(score);
    return id;
}

void VocabularyBuilder::Merge(const std::string& left, const std::string& right, size_t limit) {
    const std::string token = left + right;
    if (tokens.size() >= limit || Has(token)) return;
    merges.push_back(left + " " + right);
    Add(token, kNormal, -static_cast<double>(merges.size()));
}

void VocabularyBuilder::MergeWord(const std::string& start, std::string_view letters,
                                  size_t limit) {
    std::string part = start;
    for (const char c : letters) {
        const std::string letter(1, c);
        if (part.empty()) {
            part = letter;
            continue;
        }
        Merge(part, letter, limit);
        part += letter;
    }
}

void StoreByteBpe(VocabularyBuilder v, std::string_view pre, Metadata& metadata) {
    const int64_t first = v.Add(std::string(kChatTokens[0]), kControl);
    for (const std::string_view token : kChatTokens) v.Add(std::string(token), kControl);
    for (const std::string_view token : kToolTokens) v.Add(std::string(token), kUserDefined);
    metadata["tokenizer.ggml.pre"] = std::string(pre);
    metadata["tokenizer.ggml.merges"] = MetaArray(v.merges);
    metadata["tokenizer.ggml.bos_token_id"] = first;
    metadata["tokenizer.ggml.padding_token_id"] = first;
    metadata["tokenizer.ggml.eos_token_id"] = first + 2;
    metadata["tokenizer.ggml.add_bos_token"] = false;
    metadata["tokenizer.chat_template"] = std::string(kChatTemplate);
    StoreTokens(std::move(v), "gpt2", metadata);
}

VocabularyBuilder WordPieceCharacters() {
    VocabularyBuilder v;
    for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) v.Add(token, kControl);
    for (const std::string_view range : {"az", "09", "!/", ":@", "[`", "{~"}) {
        for (char c = range[0]; c <= range[1]; ++c) {
            v.Add("▁" + std::string(1, c), kNormal);
            v.Add(std::string(1, c), kNormal);
        }
    }
    return v;
}

void StoreWordPiece(VocabularyBuilder v, Metadata& metadata) {
    metadata["tokenizer.ggml.padding_token_id"] = int64_t{0};
    metadata["tokenizer.ggml.unknown_token_id"] = int64_t{1};
    metadata["tokenizer.ggml.cls_token_id"] = int64_t{2};
    metadata["tokenizer.ggml.bos_token_id"] = int64_t{2};
    metadata["tokenizer.ggml.seperator_token_id"] = int64_t{3};  // sic, as the format spells it
    metadata["tokenizer.ggml.eos_token_id"] = int64_t{3};
    metadata["tokenizer.ggml.mask_token_id"] = int64_t{4};
    metadata["tokenizer.ggml.scores"] = MetaArray(v.scores);
    StoreTokens(std::move(v), "bert", metadata);
}

void StoreTokens(VocabularyBuilder v, std::string_view model, Metadata& metadata) {
    metadata["tokenizer.ggml.model"] = std::string(model);
    metadata["tokenizer.ggml.tokens"] = MetaArray(std::move(v.tokens));
    metadata["tokenizer.ggml.token_type"] = MetaArray(std::move(v.types));
}

}  // namespace argosy
