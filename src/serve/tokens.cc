#include "serve/tokens.h"

#include "base/text.h"
#include "serve/fields.h"
#include "serve/respond.h"

namespace argosy::serve {

namespace {

// The text to encode: the prompt itself, or what the chat template makes of the messages.
std::string ReadText(const ModelHost& host, Fields& fields, EncodeOptions& options) {
    std::string text;
    const json::array* messages = fields.Array("messages");
    if (messages == nullptr) {
        if (fields.Find("prompt") == nullptr) fields.Fail("prompt", "is required");
        fields.Read("prompt", text);
        fields.Read("add_special_tokens", options.add_special);
        return text;
    }
    ChatRequest chat;
    chat.messages = *messages;
    chat.now_unix_seconds = UnixSeconds();
    if (const json::array* tools = fields.Array("tools")) chat.tools = *tools;
    fields.Read("add_generation_prompt", chat.add_generation_prompt);
    options.add_special = false;
    fields.Read("add_special_tokens", options.add_special);
    const auto prompt = host.chat().Render(chat);
    if (prompt) return prompt->text;
    fields.Fail("messages", prompt.error().ToString());
    return text;
}

}  // namespace

ApiResult<json::object> Tokenize(const ModelHost& host, const json::object& body) {
    Fields fields(body);
    EncodeOptions options;
    const std::string text = ReadText(host, fields, options);
    bool strings = false;
    fields.Read("return_token_strs", strings);
    if (!fields.ok()) return std::unexpected(*fields.error());
    json::array ids, texts;
    for (const TokenId id : host.tokenizer().Encode(text, options)) {
        ids.push_back(id);
        if (strings) texts.push_back(json::string(SanitizeUtf8(host.tokenizer().TokenText(id))));
    }
    json::object out{{"count", ids.size()},
                     {"max_model_len", host.engine().options().context_length},
                     {"tokens", std::move(ids)},
                     {"token_strs", nullptr}};
    if (strings) out["token_strs"] = std::move(texts);
    return out;
}

ApiResult<json::object> Detokenize(const ModelHost& host, const json::object& body) {
    Fields fields(body);
    const json::array* array = fields.Array("tokens");
    if (array == nullptr) fields.Fail("tokens", "is required");
    std::vector<TokenId> ids;
    const int32_t size = host.tokenizer().vocab_size();
    for (const json::value& each : array ? *array : json::array()) {
        boost::system::error_code ec;
        const auto id = each.to_number<TokenId>(ec);
        if (ec || !each.is_number() || id < 0 || id >= size) {
            fields.Fail("tokens", fmt::format("token ids are integers from 0 to {}", size - 1));
            break;
        }
        ids.push_back(id);
    }
    if (!fields.ok()) return std::unexpected(*fields.error());
    json::object out;
    out["prompt"] = host.tokenizer().Decode(ids, false);
    return out;
}

}  // namespace argosy::serve
