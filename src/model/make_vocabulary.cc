#include "model/make_vocabulary.h"

#include <fstream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/line_reader.h"
#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/train_bpe.h"
#include "model/tokenizers/utf8.h"

namespace argosy {

namespace {

// Token types of tokenizer.ggml.token_type.
constexpr int64_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6;

constexpr std::string_view kWords[] = {
    "the",   "of",    "and",   "to",     "in",    "is",    "that",  "for",  "it",    "with",
    "as",    "was",   "on",    "be",     "at",    "by",    "this",  "have", "from",  "or",
    "one",   "had",   "not",   "but",    "what",  "all",   "were",  "when", "we",    "there",
    "can",   "an",    "your",  "which",  "their", "said",  "if",    "do",   "will",  "each",
    "about", "how",   "up",    "out",    "them",  "then",  "she",   "many", "some",  "so",
    "these", "would", "other", "into",   "has",   "more",  "her",   "two",  "like",  "him",
    "see",   "time",  "could", "no",     "make",  "than",  "first", "been", "its",   "who",
    "now",   "my",    "made",  "over",   "did",   "down",  "only",  "way",  "find",  "use",
    "may",   "water", "long",  "little", "very",  "after", "words", "just", "where", "most",
    "know",  "hello", "world", "you",    "are",   "he",    "I",     "they", "his",   "ing",
};
constexpr std::string_view kChatTokens[] = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
constexpr std::string_view kToolTokens[] = {"<tool_call>", "</tool_call>", "<think>", "</think>"};

constexpr std::string_view kChatTemplate =
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

/// The tokens of a vocabulary in the making, and what merges make them.
struct Vocabulary {
    std::vector<std::string> tokens, merges;
    std::vector<int64_t> types;
    std::vector<double> scores;
    std::unordered_map<std::string, int64_t> ids;

    bool Has(const std::string& token) const { return ids.contains(token); }
    int64_t Add(const std::string& token, int64_t type, double score = 0) {
        const auto id = static_cast<int64_t>(tokens.size());
        if (!ids.emplace(token, id).second) return ids[token];
        tokens.push_back(token);
        types.push_back(type);
        scores.push_back(score);
        return id;
    }
    /// The token `left + right`, made by merging the two; no more than `limit` tokens.
    void Merge(const std::string& left, const std::string& right, size_t limit) {
        const std::string token = left + right;
        if (tokens.size() >= limit || Has(token)) return;
        merges.push_back(left + " " + right);
        Add(token, kNormal, -static_cast<double>(merges.size()));
    }
    /// A word merged from the left, letter by letter.
    void MergeWord(const std::string& start, std::string_view letters, size_t limit) {
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
};

std::vector<std::string> Syllables() {
    std::vector<std::string> syllables;
    for (const char consonant : std::string_view("btkdmnlrspgvfzhjwxcqy")) {
        for (const char vowel : std::string_view("aeiou")) {
            syllables.push_back(std::string{consonant, vowel});
        }
    }
    return syllables;
}

/// Fills up to `limit` tokens: words, syllables, then words of two, three and more syllables;
/// `space` is how a leading space is written ("Ġ", "▁").
void FillWithWords(Vocabulary& v, const std::string& space, size_t limit) {
    for (const std::string_view word : kWords) {
        v.MergeWord(space, word, limit);
        v.MergeWord("", word, limit);
    }
    const std::vector<std::string> syllables = Syllables();
    std::vector<std::string> stems = {space, ""};
    while (v.tokens.size() < limit) {
        std::vector<std::string> longer;
        for (const std::string& stem : stems) {
            for (const std::string& syllable : syllables) {
                if (v.tokens.size() >= limit) return;
                v.Merge(syllable.substr(0, 1), syllable.substr(1), limit);
                if (!stem.empty()) v.Merge(stem, syllable, limit);
                longer.push_back(stem + syllable);
            }
        }
        stems = std::move(longer);
    }
}

void Store(Vocabulary v, std::string_view model, Metadata& metadata) {
    metadata["tokenizer.ggml.model"] = std::string(model);
    metadata["tokenizer.ggml.tokens"] = MetaArray(std::move(v.tokens));
    metadata["tokenizer.ggml.token_type"] = MetaArray(std::move(v.types));
}

constexpr size_t kSpecialTokens = std::size(kChatTokens) + std::size(kToolTokens);

// Finishes a byte-level BPE: the special tokens after all others.
void StoreByteBpe(Vocabulary v, std::string_view pre, Metadata& metadata) {
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
    Store(std::move(v), "gpt2", metadata);
}

void AddByteBpe(int64_t size, std::string_view pre, Metadata& metadata) {
    Vocabulary v;
    for (int byte = 0; byte < 256; ++byte) {
        v.Add(std::string(tokenizers::ByteCharacter(static_cast<uint8_t>(byte))), kNormal);
    }
    FillWithWords(v, "Ġ", static_cast<size_t>(size) - kSpecialTokens);
    StoreByteBpe(std::move(v), pre, metadata);
}

void CountStrings(const json::value& value, tokenizers::WordCounter& counter) {
    if (value.is_string()) {
        counter.Add(value.get_string());
    } else if (value.is_array()) {
        for (const json::value& element : value.get_array()) CountStrings(element, counter);
    } else if (value.is_object()) {
        for (const auto& member : value.get_object()) CountStrings(member.value(), counter);
    }
}

Result<void> CountFile(const std::filesystem::path& path, tokenizers::WordCounter& counter) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Err(ErrorCode::kNotFound, "cannot open {}", path.string());
    LineReader lines(in);
    const bool rows = path.extension() == ".jsonl";
    std::string line;
    while (true) {
        ARGOSY_TRY(const bool more, lines.Next(line));
        if (!more) return {};
        if (!rows) {
            counter.Add(line + "\n");
            continue;
        }
        boost::system::error_code failure;
        const json::value row = json::parse(line, failure);
        if (failure) {
            return Err(ErrorCode::kInvalidArgument, "{}:{}: not JSON: {}", path.string(),
                       lines.line(), failure.message());
        }
        CountStrings(row, counter);
    }
}

void AddSentencePiece(int64_t size, Metadata& metadata) {
    Vocabulary v;
    v.Add("<unk>", kUnknown);
    v.Add("<s>", kControl);
    v.Add("</s>", kControl);
    const int64_t end_of_turn = v.Add("<|im_end|>", kControl);
    v.Add("<|im_start|>", kControl);
    for (const std::string_view token : kToolTokens) v.Add(std::string(token), kUserDefined);
    for (int byte = 0; byte < 256; ++byte) v.Add(fmt::format("<0x{:02X}>", byte), kByte);
    // Letters before their words: single characters are what merging starts from. A small
    // vocabulary writes the others by their bytes.
    v.Add("▁", kNormal, -1e6);
    const auto limit = static_cast<size_t>(size);
    for (const std::string_view range : {"az", "AZ", "09", "!/", ":@"}) {
        for (char c = range[0]; c <= range[1] && v.tokens.size() < limit; ++c) {
            v.Add(std::string(1, c), kNormal, -1e6);
        }
    }
    FillWithWords(v, "▁", limit);
    metadata["tokenizer.ggml.pre"] = std::string("default");
    metadata["tokenizer.ggml.scores"] = MetaArray(v.scores);
    metadata["tokenizer.ggml.unknown_token_id"] = int64_t{0};
    metadata["tokenizer.ggml.bos_token_id"] = int64_t{1};
    metadata["tokenizer.ggml.eos_token_id"] = end_of_turn;
    metadata["tokenizer.ggml.padding_token_id"] = int64_t{0};
    metadata["tokenizer.ggml.add_bos_token"] = true;
    metadata["tokenizer.ggml.add_eos_token"] = false;
    metadata["tokenizer.ggml.add_space_prefix"] = true;
    metadata["tokenizer.chat_template"] = std::string(kChatTemplate);
    Store(std::move(v), "llama", metadata);
}

/// What each WordPiece vocabulary begins with. GGUF writes the beginning of a word with "▁" and a
/// continuation bare.
Vocabulary WordPieceCharacters() {
    Vocabulary v;
    for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) v.Add(token, kControl);
    for (const std::string_view range : {"az", "09", "!/", ":@", "[`", "{~"}) {
        for (char c = range[0]; c <= range[1]; ++c) {
            v.Add("▁" + std::string(1, c), kNormal);
            v.Add(std::string(1, c), kNormal);
        }
    }
    return v;
}

void StoreWordPiece(Vocabulary v, Metadata& metadata) {
    metadata["tokenizer.ggml.padding_token_id"] = int64_t{0};
    metadata["tokenizer.ggml.unknown_token_id"] = int64_t{1};
    metadata["tokenizer.ggml.cls_token_id"] = int64_t{2};
    metadata["tokenizer.ggml.bos_token_id"] = int64_t{2};
    metadata["tokenizer.ggml.seperator_token_id"] = int64_t{3};  // sic, as the format spells it
    metadata["tokenizer.ggml.eos_token_id"] = int64_t{3};
    metadata["tokenizer.ggml.mask_token_id"] = int64_t{4};
    metadata["tokenizer.ggml.scores"] = MetaArray(v.scores);
    Store(std::move(v), "bert", metadata);
}

void AddWordPiece(int64_t size, Metadata& metadata) {
    Vocabulary v = WordPieceCharacters();
    const auto limit = static_cast<size_t>(size);
    for (const std::string_view word : kWords) {
        if (v.tokens.size() < limit && word != "I") v.Add("▁" + std::string(word), kNormal);
    }
    std::vector<std::string> stems = {""};
    while (v.tokens.size() < limit) {
        std::vector<std::string> longer;
        for (const std::string& stem : stems) {
            for (const std::string& syllable : Syllables()) {
                longer.push_back(stem + syllable);
                if (v.tokens.size() < limit) v.Add("▁" + longer.back(), kNormal);
                if (v.tokens.size() < limit) v.Add(longer.back(), kNormal);
            }
        }
        stems = std::move(longer);
    }
    StoreWordPiece(std::move(v), metadata);
}

using Words = std::map<std::string, uint64_t>;

Result<void> Enough(size_t tokens, int64_t size) {
    if (tokens >= static_cast<size_t>(size)) return {};
    return Err(ErrorCode::kInvalidArgument,
               "the text is enough for a vocabulary of {} tokens, not of {}", tokens, size);
}

Result<void> LearnBpe(const Words& words, int64_t size, std::string_view pre, Metadata& metadata) {
    tokenizers::BpeVocabulary learned =
        tokenizers::TrainBpe(words, static_cast<size_t>(size) - kSpecialTokens);
    ARGOSY_CHECK_OK(Enough(learned.tokens.size() + kSpecialTokens, size));
    Vocabulary v;
    for (std::string& token : learned.tokens) v.Add(token, kNormal);
    v.merges = std::move(learned.merges);
    StoreByteBpe(std::move(v), pre, metadata);
    return {};
}

// The tokens of a BPE, the most frequent first; WordPiece takes the longest one that fits.
Result<void> LearnWordPiece(const Words& words, int64_t size, Metadata& metadata) {
    Vocabulary v = WordPieceCharacters();
    const auto limit = static_cast<size_t>(size);
    constexpr std::string_view kSpace = "Ġ";  // byte-level BPE's
    for (const std::string& token : tokenizers::TrainBpe(words, limit + 256).tokens) {
        const std::string bytes = tokenizers::BytesOfText(token).value_or("");
        const bool begins = token.starts_with(kSpace);
        if (v.tokens.size() >= limit || bytes.size() < (begins ? 3U : 2U)) continue;
        if (!tokenizers::IsValidUtf8(bytes)) continue;  // a part of a character
        v.Add(begins ? "▁" + bytes.substr(1) : bytes, kNormal);
    }
    ARGOSY_CHECK_OK(Enough(v.tokens.size(), size));
    StoreWordPiece(std::move(v), metadata);
    return {};
}

}  // namespace

void AddVocabulary(std::string_view kind, int64_t size, std::string_view pre, Metadata& metadata) {
    if (kind == "spm") {
        AddSentencePiece(size, metadata);
    } else if (kind == "wordpiece") {
        AddWordPiece(size, metadata);
    } else {
        AddByteBpe(size, pre, metadata);
    }
}

Result<void> AddLearnedVocabulary(const std::vector<std::filesystem::path>& files,
                                  std::string_view kind, int64_t size, std::string_view pre,
                                  Metadata& metadata) {
    if (kind != "bpe" && kind != "wordpiece") {
        return Err(ErrorCode::kInvalidArgument,
                   "a vocabulary is learned for the tokenizers bpe and wordpiece, not for {}",
                   kind);
    }
    const bool bpe = kind == "bpe";
    ARGOSY_TRY(tokenizers::WordCounter counter, bpe ? tokenizers::WordCounter::ForBpe(pre)
                                                    : tokenizers::WordCounter::ForWordPiece());
    for (const std::filesystem::path& file : files) ARGOSY_CHECK_OK(CountFile(file, counter));
    return bpe ? LearnBpe(counter.words(), size, pre, metadata)
               : LearnWordPiece(counter.words(), size, metadata);
}

}  // namespace argosy
