#include "model/template_probe.h"

#include <utility>

#include "model/jinja/from_json.h"

namespace argosy {
namespace {

// Words that no template has by itself.
constexpr const char* kUser = "probe-user-7f3a";
constexpr const char* kAnswer = "probe-answer-91c2";
constexpr const char* kSystem = "probe-system-5e8d";
constexpr const char* kTool = "probe_tool_c04b";
constexpr const char* kValue = "probe-value-2ab6";

json::object Message(const char* role, json::value content) {
    return {{"role", role}, {"content", std::move(content)}};
}

json::array Tools() {
    return {json::object{
        {"type", "function"},
        {"function",
         {{"name", kTool},
          {"description", "probe"},
          {"parameters",
           {{"type", "object"}, {"properties", json::object{{"a", {{"type", "string"}}}}}}}}}}};
}

class Prober {
  public:
    Prober(const ChatTemplate& program, const std::string& bos, const std::string& eos,
           bool with_tools)
        : program_(program), bos_(bos), eos_(eos), with_tools_(with_tools) {}

    Result<std::string> Render(json::array messages, json::array tools = {}) const {
        ChatTemplateInput input;
        input.messages = std::move(messages);
        input.tools = with_tools_ ? Tools() : std::move(tools);
        input.bos_token = bos_;
        input.eos_token = eos_;
        return program_.Render(input);
    }

    // An error where the conversation is refused or its text lost.
    Result<void> Plain(bool parts) const {
        const auto content = [&](const char* text) -> json::value {
            if (!parts) return text;
            return json::array{json::object{{"type", "text"}, {"text", text}}};
        };
        ARGOSY_TRY(const std::string one, Render({Message("user", content(kUser))}));
        ARGOSY_TRY(const std::string three,
                   Render({Message("user", "first"), Message("assistant", content(kAnswer)),
                           Message("user", content(kUser))}));
        for (const std::string* text : {&one, &three}) {
            if (text->find(kUser) == std::string::npos) {
                return Err(ErrorCode::kInvalidArgument, "it leaves out what the user said");
            }
            // A list printed as such is not a text understood.
            if (text->find("{'type'") != std::string::npos) {
                return Err(ErrorCode::kInvalidArgument, "it prints message parts as data");
            }
        }
        if (three.find(kAnswer) == std::string::npos) {
            return Err(ErrorCode::kInvalidArgument, "it leaves out earlier answers");
        }
        return {};
    }

    bool System() const {
        const auto text = Render({Message("system", kSystem), Message("user", kUser)});
        return text && text->find(kSystem) != std::string::npos;
    }

    // Whether tools appear in the prompt.
    bool ShowsTools() const {
        if (!program_.Mentions("tools")) return false;
        const auto text = Render({Message("user", kUser)}, Tools());
        return text && text->find(kTool) != std::string::npos;
    }

    // Whether a call with these forms of content and arguments comes out, and its result.
    bool Calls(bool null_content, bool object_arguments) const {
        const json::object arguments{{"a", kValue}};
        json::object call = Message("assistant", null_content ? json::value() : json::value(""));
        json::value spelled =
            object_arguments ? json::value(arguments) : json::value(jinja::PythonJson(arguments));
        call["tool_calls"] = json::array{
            json::object{{"id", "call00001"},
                         {"type", "function"},
                         {"function", {{"name", kTool}, {"arguments", std::move(spelled)}}}}};
        json::object result = Message("tool", kAnswer);
        result["tool_call_id"] = "call00001";
        result["name"] = kTool;
        const auto text =
            Render({Message("user", kUser), std::move(call), std::move(result)}, Tools());
        return text && text->find(kValue) != std::string::npos &&
               text->find(kAnswer) != std::string::npos &&
               text->find(std::string("\\\"") + kValue) == std::string::npos;  // not JSON in JSON
    }

  private:
    const ChatTemplate& program_;
    const std::string& bos_;
    const std::string& eos_;
    const bool with_tools_;
};

}  // namespace

Result<TemplateAbilities> ProbeTemplate(const ChatTemplate& program, const std::string& bos,
                                        const std::string& eos, bool with_tools) {
    const Prober prober(program, bos, eos, with_tools);
    TemplateAbilities abilities;
    if (auto plain = prober.Plain(false); !plain) {
        const bool endless = plain.error().code == ErrorCode::kResourceExhausted;
        if (endless || !prober.Plain(true)) return std::unexpected(std::move(plain.error()));
        abilities.text_parts = true;
    }
    abilities.system = prober.System();
    if (!prober.ShowsTools()) return abilities;
    for (const bool objects : {true, false}) {
        for (const bool null_content : {true, false}) {
            if (!prober.Calls(null_content, objects)) continue;
            abilities.tools = true;
            abilities.null_content = null_content;
            abilities.object_arguments = objects;
            return abilities;
        }
    }
    return abilities;  // shows tools but cannot tell of their calls: ours serves better
}

}  // namespace argosy
