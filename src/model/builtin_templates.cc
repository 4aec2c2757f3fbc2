#include "model/builtin_templates.h"

#include <iterator>

namespace argosy {
namespace {

// The order matters: the more telling token first.
constexpr BuiltinTemplate kTemplates[] = {
    {"llama3", "<|start_header_id|>",
     R"({{- bos_token -}}
{%- for message in messages -%}
{{- '<|start_header_id|>' ~ message.role ~ '<|end_header_id|>\n\n' ~ message.content | trim ~ '<|eot_id|>' -}}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif -%}
)"},
    {"gemma", "<start_of_turn>",
     R"({{- bos_token -}}
{%- set ns = namespace(system='') -%}
{%- for message in messages -%}
{%- if message.role == 'system' -%}
{%- set ns.system = ns.system ~ message.content ~ '\n\n' -%}
{%- else -%}
{%- set role = 'model' if message.role == 'assistant' else message.role -%}
{{- '<start_of_turn>' ~ role ~ '\n' ~ ns.system ~ message.content | trim ~ '<end_of_turn>\n' -}}
{%- set ns.system = '' -%}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif -%}
)"},
    {"chatml", "<|im_start|>",
     R"({%- for message in messages -%}
{{- '<|im_start|>' ~ message.role ~ '\n' ~ message.content ~ '<|im_end|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif -%}
)"},
    {"phi3", "<|assistant|>",
     R"({%- for message in messages -%}
{{- '<|' ~ message.role ~ '|>\n' ~ message.content ~ '<|end|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif -%}
)"},
    {"mistral", "[INST]",
     R"({{- bos_token -}}
{%- set ns = namespace(system='') -%}
{%- for message in messages -%}
{%- if message.role == 'system' -%}
{%- set ns.system = ns.system ~ message.content ~ '\n\n' -%}
{%- elif message.role == 'assistant' -%}
{{- ' ' ~ message.content | trim ~ eos_token -}}
{%- else -%}
{{- '[INST] ' ~ ns.system ~ message.content ~ '[/INST]' -}}
{%- set ns.system = '' -%}
{%- endif -%}
{%- endfor -%}
)"},
    {"llama2", "<0x0A>",
     R"({%- set ns = namespace(system='') -%}
{%- for message in messages -%}
{%- if message.role == 'system' -%}
{%- set ns.system = '<<SYS>>\n' ~ message.content ~ '\n<</SYS>>\n\n' -%}
{%- elif message.role == 'assistant' -%}
{{- ' ' ~ message.content | trim ~ ' ' ~ eos_token -}}
{%- else -%}
{{- bos_token ~ '[INST] ' ~ ns.system ~ message.content | trim ~ ' [/INST]' -}}
{%- set ns.system = '' -%}
{%- endif -%}
{%- endfor -%}
)"},
};

}  // namespace

const BuiltinTemplate& FindBuiltinTemplate(const std::function<bool(std::string_view)>& has_token) {
    for (const BuiltinTemplate& builtin : kTemplates) {
        if (has_token(builtin.marker)) return builtin;
    }
    return *FindBuiltinTemplate("chatml");
}

const BuiltinTemplate* FindBuiltinTemplate(std::string_view name) {
    for (const BuiltinTemplate& builtin : kTemplates) {
        if (builtin.name == name) return &builtin;
    }
    return nullptr;
}

}  // namespace argosy
