#include "model/tokenizers/gguf_pre_tokenizer.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace argosy::tokenizers {

namespace {

// The models' own patterns, from their tokenizer.json. Each splits what the one before left whole.
constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen35 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kDeepSeek3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kBloom = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr const char* kNumber = R"(\p{N})";

struct Entry {
    std::vector<std::string_view> names;
    std::vector<const char*> patterns;
    bool ignore_merges = false, add_bos = false, nfc = false;
};

const std::vector<Entry>& Entries() {
    static const std::vector<Entry> entries = {
        {{"gpt-2",        "gpt2",        "phi-2",      "mpt",        "olmo",
          "jina-es",      "jina-de",     "jina-v1-en", "jina-v2-es", "jina-v2-de",
          "jina-v2-code", "roberta-bpe", "jais",       "trillion",   "granite-docling",
          "mellum",       "modern-bert", "gigachat",   "a.x-4.0",    "exaone4"},
         {kGpt2Pattern.data()}},
        {{"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
          "jina-v5-nano"},
         {kLlama3},
         true,
         true},
        {{"dbrx", "smaug-bpe", "chatglm-bpe", "glm4"}, {kLlama3}},
        {{"qwen2", "qwen3", "deepseek-r1-qwen", "kormo", "megrez", "f2llmv2", "hunyuan",
          "solar-open", "grok-2"},
         {kQwen2},
         false,
         false,
         true},
        {{"stablelm2"}, {kQwen2}},
        {{"qwen35"}, {kQwen35}, false, false, true},
        {{"tekken"}, {kTekken}, true, true},
        {{"gpt-4o", "llama4", "minimax-m2", "o200k", "kanana2", "talkie"}, {kGpt4o}},
        {{"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
          "granite"},
         {kNumber, kGpt2Pattern.data()}},
        {{"falcon"}, {R"([\p{P}\$\+<=>\^~\|`]+)", kGpt2Pattern.data(), "[0-9][0-9][0-9]"}},
        {{"deepseek-llm"},
         {"[\r\n]",
          R"(\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝ\x{1F5F}-\x{1F7D}ᾀ-ᾴᾶ-ᾼ\x{1FBE}ῂ-ῄῆ-ῌ\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\x{2126}ℨ\x{212A}-\x{212D}ℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+)",
          R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)", R"(\s+$)", R"([一-龥ࠀ-一가-퟿]+)",
          R"(\p{N}+)"}},
        {{"deepseek-coder"},
         {"[\r\n]", R"(\s?\p{L}+)", R"(\s?\p{P}+)", R"([一-龥ࠀ-一가-퟿]+)", kNumber}},
        {{"deepseek-v3", "deepseek3", "hunyuan-dense"},
         {R"(\p{N}{1,3})", R"([一-龥぀-ゟ゠-ヿ]+)", kDeepSeek3}},
        {{"bloom", "poro-chat", "gpt3-finnish"}, {kBloom}},
        {{"viking"}, {kBloom, kNumber}},
        {{"default", ""},
         {R"([\p{P}\$\+<=>\^~\|]+)", kGpt2Pattern.data(), R"(\p{N}+)", "[0-9][0-9][0-9]"}},
    };
    return entries;
}

}  // namespace

Result<GgufPreTokenizer> FindGgufPreTokenizer(std::string_view name) {
    std::vector<std::string_view> known;
    for (const Entry& entry : Entries()) {
        known.insert(known.end(), entry.names.begin(), entry.names.end());
        if (std::ranges::find(entry.names, name) == entry.names.end()) continue;
        GgufPreTokenizer found{{}, entry.ignore_merges, entry.add_bos, entry.nfc};
        for (const char* pattern : entry.patterns) {
            ARGOSY_TRY(auto step, MakeRegexSplit(pattern, SplitBehavior::kIsolated, false));
            found.steps.push_back(std::move(step));
        }
        return found;
    }
    std::ranges::sort(known);
    return Err(ErrorCode::kUnsupported, "tokenizer.ggml.pre \"{}\" is unknown; known are {}", name,
               fmt::join(known, ", "));
}

}  // namespace argosy::tokenizers
