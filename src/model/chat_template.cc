#include "model/chat_template.h"

#include <utility>

#include "model/jinja/from_json.h"
#include "model/jinja/interpreter.h"
#include "model/jinja/parser.h"
#include "model/jinja/unicode.h"

namespace argosy {

struct ChatTemplate::Program {
    jinja::Tree tree;
};

namespace {

using jinja::FromJson;
using jinja::Value;

// Longer sources are no chat templates (the largest real ones have some 20 kB).
constexpr size_t kMaxSourceBytes = 1u << 20;

std::unexpected<Error> ToError(const jinja::Failure& failure) {
    Error error{failure.code, failure.message, "chat template"};
    if (failure.line > 0) error.where += fmt::format(" line {}", failure.line);
    return std::unexpected(std::move(error));
}

jinja::Interpreter::Variables Variables(const ChatTemplateInput& input) {
    jinja::Interpreter::Variables variables;
    variables.emplace_back("messages", FromJson(input.messages));
    // As transformers: tools and documents are always there, None where there are none.
    variables.emplace_back("tools", input.tools.empty() ? Value() : FromJson(input.tools));
    variables.emplace_back("documents", Value());
    variables.emplace_back("add_generation_prompt", Value(input.add_generation_prompt));
    variables.emplace_back("bos_token", Value(input.bos_token));
    variables.emplace_back("eos_token", Value(input.eos_token));
    for (const auto& entry : input.extra) {
        variables.emplace_back(std::string(entry.key()), FromJson(entry.value()));
    }
    return variables;
}

}  // namespace

Result<ChatTemplate> ChatTemplate::Parse(std::string_view source) {
    if (source.size() > kMaxSourceBytes) {
        return Err(ErrorCode::kResourceExhausted, "chat template of {} bytes; at most {} are read",
                   source.size(), kMaxSourceBytes);
    }
    if (const size_t bad = jinja::FindInvalidUtf8(source); bad != std::string_view::npos) {
        return Err(ErrorCode::kInvalidArgument, "chat template is not UTF-8 at offset {}", bad);
    }
    try {
        auto program = std::make_shared<Program>();
        program->tree = jinja::ParseTemplate(source);
        ChatTemplate out;
        out.program_ = std::move(program);
        return out;
    } catch (const jinja::Failure& failure) {
        return ToError(failure);
    }
}

Result<std::string> ChatTemplate::Render(const ChatTemplateInput& input) const {
    try {
        jinja::Interpreter interpreter(program_->tree, Variables(input), input.now_unix_seconds);
        return interpreter.Run();
    } catch (const jinja::Failure& failure) {
        return ToError(failure);
    }
}

bool ChatTemplate::Mentions(std::string_view variable) const {
    const auto it = program_->tree.ids.find(std::string(variable));
    return it != program_->tree.ids.end() && program_->tree.loaded[static_cast<size_t>(it->second)];
}

}  // namespace argosy
