// ChatModel over any server with OpenAI's /v1/chat/completions: vLLM, Ollama, llama.cpp, a
// provider, another Argosy.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "assistant/chat_model.h"
#include "net/http_client.h"

namespace argosy::assistant {

struct HttpModelOptions {
    std::string url;            // up to "/v1": "https://api.example.com/v1"
    std::string model;          // as the server knows it
    std::string api_key_env{};  // the environment variable with the key; empty: none
    std::string api_key{};      // or the key itself
    std::chrono::milliseconds idle_timeout{std::chrono::seconds(60)};
    std::chrono::milliseconds total_timeout{std::chrono::minutes(10)};
};

/// kInvalidArgument for a URL that is none, kNotFound for a variable that is not set. `client`
/// outlives the model.
Result<std::unique_ptr<ChatModel>> MakeHttpChatModel(HttpClient& client, HttpModelOptions options);

}  // namespace argosy::assistant
