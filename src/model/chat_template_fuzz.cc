// Any source and any conversation: an error or a text, never a crash, leak or long run. Input: the
// template, then behind a 0 byte the JSON of the messages.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view source = input.substr(0, input.find('\0'));
    const auto parsed = argosy::ChatTemplate::Parse(source);
    if (!parsed) return 0;
    argosy::ChatTemplateInput chat;
    chat.messages.push_back(
        argosy::json::object{{"role", "user"}, {"content", "Hi \xc3\xa9 \xf0\x9f\x99\x82"}});
    if (source.size() < input.size()) {
        const auto messages = argosy::ParseJson(input.substr(source.size() + 1));
        if (messages && messages->is_array()) chat.messages = messages->get_array();
    }
    chat.tools.push_back(argosy::json::object{{"function", {{"name", "f"}}}});
    chat.bos_token = "<s>";
    (void)parsed->Render(chat);
    return 0;
}
