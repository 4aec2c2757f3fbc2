#include "model/tokenizers/json_parts.h"

namespace argosy::tokenizers {

namespace {

using Kind = TemplateItem::Kind;

/// The ids of a template's special token: several may stand for one name.
Result<std::vector<int64_t>> SpecialIds(const json::value& processor, const std::string& name,
                                        const Vocabulary& vocabulary) {
    std::vector<int64_t> ids;
    const json::value* specials = Member(processor, "special_tokens");
    const json::value* special = specials == nullptr ? nullptr : Member(*specials, name);
    const json::value* list = special == nullptr ? nullptr : Member(*special, "ids");
    if (list != nullptr && list->is_array()) {
        for (const json::value& id : list->get_array()) {
            if (id.is_int64()) ids.push_back(id.get_int64());
        }
    } else if (const TokenId id = vocabulary.Find(name); id >= 0) {
        ids.push_back(id);
    }
    for (const int64_t id : ids) {
        if (id < 0 || id >= vocabulary.size()) {
            return Err(ErrorCode::kCorrupt, "special_tokens: \"{}\" has id {}", name, id);
        }
    }
    if (ids.empty()) return Err(ErrorCode::kCorrupt, "special token \"{}\" has no id", name);
    return ids;
}

Result<std::vector<TemplateItem>> ReadTemplate(const json::value& processor, const char* field,
                                               const Vocabulary& vocabulary) {
    std::vector<TemplateItem> items;
    const json::value* list = Member(processor, field);
    if (list == nullptr || !list->is_array()) {
        return Err(ErrorCode::kCorrupt, "\"{}\" is no array", field);
    }
    for (const json::value& item : list->get_array()) {
        if (const json::value* sequence = Member(item, "Sequence")) {
            const Kind kind = TextOr(*sequence, "id", "A") == "A" ? Kind::kFirst : Kind::kSecond;
            items.push_back({kind, -1, static_cast<int32_t>(IntOr(*sequence, "type_id", 0))});
        } else if (const json::value* special = Member(item, "SpecialToken")) {
            const auto type = static_cast<int32_t>(IntOr(*special, "type_id", 0));
            ARGOSY_TRY(const auto ids,
                       SpecialIds(processor, TextOr(*special, "id", ""), vocabulary));
            for (const int64_t id : ids) {
                items.push_back({Kind::kToken, static_cast<TokenId>(id), type});
            }
        } else {
            return Err(ErrorCode::kCorrupt, "\"{}\" has an item of no known kind", field);
        }
        if (items.size() > 64) return Err(ErrorCode::kUnsupported, "\"{}\" is too long", field);
    }
    return items;
}

/// "sep": ["[SEP]", 102]
Result<TokenId> ReadToken(const json::value& processor, const char* field,
                          const Vocabulary& vocabulary) {
    const json::value* pair = Member(processor, field);
    if (pair == nullptr || !pair->is_array() || pair->get_array().size() != 2 ||
        !pair->get_array()[1].is_int64()) {
        return Err(ErrorCode::kCorrupt, "\"{}\" is no [text, id]", field);
    }
    const int64_t id = pair->get_array()[1].get_int64();
    if (id < 0 || id >= vocabulary.size()) {
        return Err(ErrorCode::kCorrupt, "\"{}\" has id {}", field, id);
    }
    return static_cast<TokenId>(id);
}

/// [CLS] a [SEP] b [SEP], or RoBERTa's <s> a </s></s> b </s>, all of type 0.
Result<void> ReadClsSep(const json::value& processor, bool roberta, PipelineParts& parts) {
    ARGOSY_TRY(const TokenId sep, ReadToken(processor, "sep", *parts.vocabulary));
    ARGOSY_TRY(const TokenId cls, ReadToken(processor, "cls", *parts.vocabulary));
    const int32_t second = roberta ? 0 : 1;
    parts.single = {{Kind::kToken, cls}, {Kind::kFirst}, {Kind::kToken, sep}};
    parts.pair = parts.single;
    if (roberta) parts.pair.push_back({Kind::kToken, sep});
    parts.pair.push_back({Kind::kSecond, -1, second});
    parts.pair.push_back({Kind::kToken, sep, second});
    return {};
}

}  // namespace

Result<void> ReadPostProcessor(const json::value& value, PipelineParts& parts) {
    ARGOSY_TRY(const auto processors, PartsOf(value, "processors"));
    for (const json::value* processor : processors) {
        const std::string type = TypeOf(*processor);
        if (type == "TemplateProcessing") {
            ARGOSY_TRY(parts.single, ReadTemplate(*processor, "single", *parts.vocabulary));
            ARGOSY_TRY(parts.pair, ReadTemplate(*processor, "pair", *parts.vocabulary));
        } else if (type == "BertProcessing" || type == "RobertaProcessing") {
            ARGOSY_CHECK_OK(ReadClsSep(*processor, type == "RobertaProcessing", parts));
        } else if (type != "ByteLevel") {  // which moves offsets only
            return Err(ErrorCode::kUnsupported, "post_processor type \"{}\" is unknown", type);
        }
    }
    return {};
}

}  // namespace argosy::tokenizers
