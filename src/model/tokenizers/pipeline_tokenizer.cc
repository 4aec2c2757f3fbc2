#include "model/tokenizers/pipeline_tokenizer.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

class ModelSink final : public PieceSink {
  public:
    ModelSink(const TokenModel& model, std::vector<TokenId>& out) : model_(model), out_(out) {}
    void Take(Piece piece) override { model_.Tokenize(piece.text, out_); }

  private:
    const TokenModel& model_;
    std::vector<TokenId>& out_;
};

class PipelineTokenizer final : public Tokenizer {
  public:
    PipelineTokenizer(PipelineParts parts, AddedTokens raw, AddedTokens normalized,
                      std::unordered_map<TokenId, std::string> renamed)
        : parts_(std::move(parts)),
          raw_(std::move(raw)),
          normalized_(std::move(normalized)),
          renamed_(std::move(renamed)),
          decoder_(std::move(parts_.decoder)) {
        const auto size = static_cast<size_t>(vocabulary().size());
        bytes_.resize(size);
        is_byte_.resize(size);
        for (TokenId id = 0; id < vocabulary().size(); ++id) {
            bool is_byte = false;
            bytes_[static_cast<size_t>(id)] = decoder_.Bytes(DecodedText(id), false, is_byte);
            is_byte_[static_cast<size_t>(id)] = is_byte;
        }
    }

    std::vector<TokenId> Encode(std::string_view text, EncodeOptions options) const override {
        std::vector<TokenId> ids;
        ids.reserve(text.size() / 3 + 8);
        if (!options.add_special) {
            EncodeText(text, options.parse_special, ids);
            return ids;
        }
        for (const TemplateItem& item : parts_.single) {
            if (item.kind == TemplateItem::Kind::kToken) {
                ids.push_back(item.id);
            } else if (item.kind == TemplateItem::Kind::kFirst) {
                EncodeText(text, options.parse_special, ids);
            }
        }
        return ids;
    }

    std::vector<TokenId> EncodePair(std::string_view a, std::string_view b,
                                    std::vector<int32_t>* type_ids) const override {
        std::vector<TokenId> ids;
        if (type_ids != nullptr) type_ids->clear();
        for (const TemplateItem& item : parts_.pair) {
            if (item.kind == TemplateItem::Kind::kToken) {
                ids.push_back(item.id);
            } else {
                EncodeText(item.kind == TemplateItem::Kind::kFirst ? a : b, true, ids);
            }
            if (type_ids != nullptr) type_ids->resize(ids.size(), item.type_id);
        }
        return ids;
    }

    std::string_view TokenBytes(TokenId id) const override {
        if (!vocabulary().Has(id) || IsControl(id)) return {};
        return bytes_[static_cast<size_t>(id)];
    }
    std::string_view TokenText(TokenId id) const override {
        return vocabulary().Has(id) ? std::string_view(vocabulary().Text(id)) : "";
    }
    std::optional<TokenId> FindToken(std::string_view text) const override {
        const TokenId id = vocabulary().Find(text);
        return id < 0 ? std::nullopt : std::optional(id);
    }
    bool IsControl(TokenId id) const override { return vocabulary().IsControl(id); }

    std::string Decode(std::span<const TokenId> ids, bool skip_control) const override {
        std::string text;
        text.reserve(ids.size() * 4);
        DecodeState state;
        for (const TokenId id : ids) DecodeNext(state, id, !skip_control, text);
        DecodeEnd(state, text);
        return text;
    }
    void DecodeNext(DecodeState& state, TokenId id, bool with_control,
                    std::string& out) const override {
        if (!vocabulary().Has(id) || (!with_control && IsControl(id))) return;
        if (state.first && decoder_.first_differs()) {
            bool is_byte = false;
            const std::string bytes = decoder_.Bytes(DecodedText(id), true, is_byte);
            decoder_.Push(state, bytes, is_byte, out);
            return;
        }
        const auto index = static_cast<size_t>(id);
        decoder_.Push(state, bytes_[index], is_byte_[index], out);
    }
    void DecodeEnd(DecodeState& state, std::string& out) const override {
        decoder_.Finish(state, out);
    }

    int32_t vocab_size() const override { return vocabulary().size(); }
    std::optional<TokenId> bos() const override { return parts_.bos; }
    std::optional<TokenId> eos() const override { return parts_.eos; }
    const std::vector<TokenId>& stop_tokens() const override { return parts_.stop_tokens; }

  private:
    const Vocabulary& vocabulary() const { return *parts_.vocabulary; }

    /// Hugging Face gives normalised added tokens back as their normalised text.
    const std::string& DecodedText(TokenId id) const {
        const auto it = renamed_.find(id);
        return it == renamed_.end() ? vocabulary().Text(id) : it->second;
    }

    void EncodeText(std::string_view text, bool parse_special, std::vector<TokenId>& ids) const {
        std::string valid;
        if (!IsValidUtf8(text)) {
            valid = SanitizeUtf8(text);
            text = valid;
        }
        for (const Segment& segment : raw_.Find(text, parse_special)) {
            if (segment.id >= 0) {
                ids.push_back(segment.id);
                continue;
            }
            EncodePlain(text.substr(segment.begin, segment.end - segment.begin), segment.begin == 0,
                        parse_special, ids);
        }
    }

    void EncodePlain(std::string_view text, bool at_start, bool parse_special,
                     std::vector<TokenId>& ids) const {
        std::string changed;
        if (!parts_.normalizers.empty()) {
            changed = text;
            for (const auto& normalizer : parts_.normalizers) normalizer->Normalize(changed);
            text = changed;
        }
        ModelSink sink(*parts_.model, ids);
        for (const Segment& segment : normalized_.Find(text, parse_special)) {
            if (segment.id >= 0) {
                ids.push_back(segment.id);
                continue;
            }
            const Piece piece{text.substr(segment.begin, segment.end - segment.begin),
                              at_start && segment.begin == 0};
            RunPreTokenizers(parts_.pre_tokenizers, piece, sink);
        }
    }

    PipelineParts parts_;
    AddedTokens raw_, normalized_;
    std::unordered_map<TokenId, std::string> renamed_;
    TokenDecoder decoder_;
    std::vector<std::string> bytes_;
    std::vector<bool> is_byte_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> MakePipelineTokenizer(PipelineParts parts) {
    std::vector<AddedToken> raw, normalized;
    std::unordered_map<TokenId, std::string> renamed;
    for (AddedToken token : parts.added) {
        if (!token.normalized) {
            raw.push_back(std::move(token));
            continue;
        }
        for (const auto& normalizer : parts.normalizers) normalizer->Normalize(token.text);
        renamed[token.id] = token.text;
        normalized.push_back(std::move(token));
    }
    ARGOSY_TRY(auto raw_tokens, AddedTokens::Create(std::move(raw)));
    ARGOSY_TRY(auto normalized_tokens, AddedTokens::Create(std::move(normalized)));
    return std::make_unique<PipelineTokenizer>(std::move(parts), std::move(raw_tokens),
                                               std::move(normalized_tokens), std::move(renamed));
}

std::vector<TokenId> CollectStopTokens(const Vocabulary& vocabulary, std::vector<TokenId> stops) {
    std::erase_if(stops, [&](TokenId id) { return !vocabulary.Has(id); });
    for (const std::string_view name :
         {"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>", "<|endoftext|>",
          "<|end_of_text|>", "</s>", "<|return|>", "<|call|>", "<EOT>", "<|EOT|>", "_<EOT>",
          "<eos>", "<|END_OF_TURN_TOKEN|>", "<｜end▁of▁sentence｜>", "<end_of_utterance>"}) {
        const TokenId id = vocabulary.Find(name);
        if (id >= 0 && vocabulary.Kind(id) == TokenKind::kControl) stops.push_back(id);
    }
    std::vector<TokenId> unique;
    for (const TokenId id : stops) {
        if (std::ranges::find(unique, id) == unique.end()) unique.push_back(id);
    }
    return unique;
}

}  // namespace argosy::tokenizers
