// ChatModel over the embedded engine.
#pragma once

#include <memory>
#include <string>

#include "assistant/chat_model.h"
#include "serve/model_host.h"

namespace argosy::assistant {

/// `host` outlives the model. `adapter`: a loaded LoRA's name, or empty.
std::unique_ptr<ChatModel> MakeEngineChatModel(const serve::ModelHost& host,
                                               std::string adapter = {});

}  // namespace argosy::assistant
