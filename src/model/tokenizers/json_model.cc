#include <algorithm>

#include "model/tokenizers/bpe_model.h"
#include "model/tokenizers/json_parts.h"
#include "model/tokenizers/unigram_model.h"
#include "model/tokenizers/wordpiece_model.h"

namespace argosy::tokenizers {

namespace {

Result<void> ReadVocabularyObject(const json::value& model, Vocabulary& vocabulary) {
    const json::value* vocab = Member(model, "vocab");
    if (vocab == nullptr || !vocab->is_object()) {
        return Err(ErrorCode::kCorrupt, "model.vocab is no object");
    }
    for (const auto& [text, id] : vocab->get_object()) {
        if (!id.is_int64()) {
            return Err(ErrorCode::kCorrupt, "model.vocab: \"{}\" has no whole number",
                       std::string_view(text));
        }
        ARGOSY_CHECK_OK(vocabulary.Set(id.get_int64(), std::string(text), TokenKind::kNormal));
    }
    return {};
}

Result<std::vector<double>> ReadScoredVocabulary(const json::value& model, Vocabulary& vocabulary) {
    const json::value* vocab = Member(model, "vocab");
    if (vocab == nullptr || !vocab->is_array()) {
        return Err(ErrorCode::kCorrupt, "model.vocab is no array");
    }
    std::vector<double> scores;
    for (const json::value& entry : vocab->get_array()) {
        const bool good = entry.is_array() && entry.get_array().size() == 2 &&
                          entry.get_array()[0].is_string() && entry.get_array()[1].is_number();
        if (!good) {
            return Err(ErrorCode::kCorrupt, "model.vocab: entry {} is no [text, score]",
                       scores.size());
        }
        ARGOSY_CHECK_OK(vocabulary.Set(static_cast<int64_t>(scores.size()),
                                       std::string(entry.get_array()[0].get_string()),
                                       TokenKind::kNormal));
        scores.push_back(entry.get_array()[1].to_number<double>());
    }
    return scores;
}

/// "added_tokens": their ids, kinds, and how they are found.
Result<void> ReadAddedTokens(const json::value& document, PipelineParts& parts) {
    const json::value* list = Member(document, "added_tokens");
    if (list == nullptr) return {};
    if (!list->is_array()) return Err(ErrorCode::kCorrupt, "added_tokens is no array");
    for (const json::value& entry : list->get_array()) {
        AddedToken token;
        token.text = TextOr(entry, "content", "");
        const int64_t id = IntOr(entry, "id", -1);
        if (token.text.empty()) continue;
        token.special = FlagOr(entry, "special", false);
        token.normalized = FlagOr(entry, "normalized", !token.special);
        token.lstrip = FlagOr(entry, "lstrip", false);
        token.rstrip = FlagOr(entry, "rstrip", false);
        token.single_word = FlagOr(entry, "single_word", false);
        ARGOSY_CHECK_OK(parts.vocabulary->Set(
            id, token.text, token.special ? TokenKind::kControl : TokenKind::kUserDefined));
        token.id = static_cast<TokenId>(id);
        parts.added.push_back(std::move(token));
    }
    // Special ones come first, so that of two with the same text theirs counts.
    std::vector<AddedToken> added;
    for (const bool special : {true, false}) {
        for (const AddedToken& token : parts.added) {
            if (token.special == special) added.push_back(token);
        }
    }
    parts.added = std::move(added);
    return {};
}

Result<std::vector<std::pair<std::string_view, std::string_view>>> ReadMerges(
    const json::value& model) {
    std::vector<std::pair<std::string_view, std::string_view>> merges;
    const json::value* list = Member(model, "merges");
    if (list == nullptr) return merges;
    if (!list->is_array()) return Err(ErrorCode::kCorrupt, "model.merges is no array");
    merges.reserve(list->get_array().size());
    for (const json::value& entry : list->get_array()) {
        if (entry.is_string()) {
            const std::string_view line = entry.get_string();
            const size_t space = line.find(' ');
            if (space != line.npos && line.find(' ', space + 1) == line.npos) {
                merges.emplace_back(line.substr(0, space), line.substr(space + 1));
                continue;
            }
        } else if (entry.is_array() && entry.get_array().size() == 2 &&
                   entry.get_array()[0].is_string() && entry.get_array()[1].is_string()) {
            merges.emplace_back(entry.get_array()[0].get_string(),
                                entry.get_array()[1].get_string());
            continue;
        }
        return Err(ErrorCode::kCorrupt, "model.merges: entry {} is no pair", merges.size());
    }
    return merges;
}

Result<void> MakeBpe(const json::value& model, bool over_bytes, PipelineParts& parts) {
    BpeOptions options;
    options.continuing_prefix = TextOr(model, "continuing_subword_prefix", "");
    options.end_suffix = TextOr(model, "end_of_word_suffix", "");
    options.bytes = over_bytes;
    options.ignore_merges = FlagOr(model, "ignore_merges", false);
    options.byte_fallback = FlagOr(model, "byte_fallback", false);
    options.fuse_unknown = FlagOr(model, "fuse_unk", false);
    const std::string unknown = TextOr(model, "unk_token", "");
    options.unknown = unknown.empty() ? -1 : parts.vocabulary->Find(unknown);
    ARGOSY_TRY(const auto merges, ReadMerges(model));
    auto bpe = BpeModel::FromMerges(*parts.vocabulary, std::move(options), merges, false);
    if (!bpe) return At("model.merges", std::move(bpe.error()));
    parts.model = *std::move(bpe);
    return {};
}

}  // namespace

Result<void> ReadModel(const json::value& document, bool over_bytes, PipelineParts& parts) {
    const json::value* model = Member(document, "model");
    if (model == nullptr) return Err(ErrorCode::kCorrupt, "there is no \"model\"");
    parts.vocabulary = std::make_unique<Vocabulary>();
    Vocabulary& vocabulary = *parts.vocabulary;
    const std::string type =
        TextOr(*model, "type",
               Member(*model, "merges") != nullptr                     ? "BPE"
               : Member(*model, "max_input_chars_per_word") != nullptr ? "WordPiece"
                                                                       : "Unigram");
    std::vector<double> scores;
    if (type == "Unigram") {
        ARGOSY_TRY(scores, ReadScoredVocabulary(*model, vocabulary));
    } else if (type == "BPE" || type == "WordPiece") {
        ARGOSY_CHECK_OK(ReadVocabularyObject(*model, vocabulary));
    } else {
        return Err(ErrorCode::kUnsupported, "model type \"{}\" is unknown", type);
    }
    ARGOSY_CHECK_OK(ReadAddedTokens(document, parts));
    vocabulary.Index();
    if (type == "BPE") return MakeBpe(*model, over_bytes, parts);
    if (type == "WordPiece") {
        WordPieceOptions options;
        options.continuing_prefix = TextOr(*model, "continuing_subword_prefix", "##");
        options.unknown = vocabulary.Find(TextOr(*model, "unk_token", "[UNK]"));
        options.max_characters = static_cast<size_t>(
            std::max<int64_t>(0, IntOr(*model, "max_input_chars_per_word", 100)));
        parts.model = MakeWordPiece(vocabulary, options);
        return {};
    }
    UnigramOptions options;
    const int64_t unknown = IntOr(*model, "unk_id", -1);
    if (unknown >= static_cast<int64_t>(scores.size())) {
        return Err(ErrorCode::kCorrupt, "model.unk_id is {} with {} tokens", unknown,
                   scores.size());
    }
    options.unknown = static_cast<TokenId>(std::max<int64_t>(unknown, -1));
    options.byte_fallback = FlagOr(*model, "byte_fallback", false);
    ARGOSY_TRY(parts.model, MakeUnigram(vocabulary, std::move(scores), options));
    return {};
}

}  // namespace argosy::tokenizers
