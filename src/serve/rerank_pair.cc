#include "serve/rerank_pair.h"

#include <fmt/format.h>

namespace argosy::serve {

void AddRerankPair(const ModelHost& host, std::string_view query, std::string_view document,
                   std::string_view instruction, EmbedRequest& request) {
    auto& types = request.type_ids.emplace_back();
    if (!host.info().causal) {
        request.inputs.push_back(host.tokenizer().EncodePair(query, document, &types));
        return;
    }
    const std::string text = fmt::format(
        "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query "
        "and the Instruct provided. Note that the answer can only be \"yes\" or \"no\"."
        "<|im_end|>\n<|im_start|>user\n<Instruct>: {}\n<Query>: {}\n<Document>: {}<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\n",
        instruction, query, document);
    request.inputs.push_back(host.tokenizer().Encode(text, {.add_special = false}));
    types.assign(request.inputs.back().size(), 0);
}

}  // namespace argosy::serve
