// `argosy serve`: the OpenAI-compatible server on the embedded engine.
#include <pthread.h>

#include <csignal>
#include <iostream>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "serve/api_server.h"
#include "telemetry/log.h"

namespace argosy::cli {

namespace {

struct ServeFlags {
    EngineFlags engine;
    std::string host = "127.0.0.1";
    uint16_t port = 8080;
    std::string api_key, api_key_file, adapter_dir, max_body = "64MiB";
    std::vector<std::string> cors_origins;
    int request_timeout_seconds = 0;
    int drain_seconds = 30;
    serve::ApiOptions api;
};

// Signals that end or change the server are waited for by the main thread; blocked before any
// thread starts, so that no other thread gets them.
sigset_t BlockSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

void WaitForEnd(const sigset_t& set, serve::ApiServer& server) {
    while (true) {
        int signal = 0;
        if (sigwait(&set, &signal) != 0 || signal != SIGHUP) return;
        const auto reloaded = server.ReloadTls();
        if (reloaded) {
            log::Info("certificate read again");
        } else {
            log::Error("certificate not reloaded", {{"error", reloaded.error().ToString()}});
        }
    }
}

serve::ApiOptions MakeApiOptions(const ServeFlags& flags) {
    serve::ApiOptions api = flags.api;
    api.http.listen = {{flags.host, flags.port}};
    api.http.threads = 2;  // the engine needs the cores more
    api.http.extra_headers = {{"Server", "argosy"}};
    api.http.cors.allow_origins = flags.cors_origins;
    api.http.request_timeout = std::chrono::seconds(flags.request_timeout_seconds);
    uint64_t max_body = 0;
    if (!ParseBytes(flags.max_body, max_body) || max_body == 0) {
        throw Exception(
            {ErrorCode::kInvalidArgument,
             fmt::format("--max-body is '{}': expected bytes like 64MiB", flags.max_body),
             {}});
    }
    api.http.max_body_bytes = max_body;
    if (!flags.api_key_file.empty()) {
        api.content.api_keys = OrThrow(serve::ReadApiKeyFile(flags.api_key_file));
    }
    if (!flags.api_key.empty()) api.content.api_keys.push_back(flags.api_key);
    api.adapter_dir = flags.adapter_dir;
    return api;
}

std::string Url(const ServeFlags& flags, const serve::ApiServer& server) {
    const bool tls = !flags.api.http.tls_certificate_file.empty();
    const bool any = flags.host.empty() || flags.host == "0.0.0.0" || flags.host == "::";
    std::string host = any ? "127.0.0.1" : flags.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return fmt::format("{}://{}:{}", tls ? "https" : "http", host, server.port());
}

void TellWhere(const Globals& globals, const std::string& url, const serve::ModelHost& host) {
    if (globals.json()) {
        std::cout << json::serialize(json::object{{"url", url}, {"model", host.name()}})
                  << std::endl;
        return;
    }
    std::cout
        << fmt::format(
               "Serving {}\n  chat page   {}/\n  OpenAI API  {}/v1\n  metrics     {}/metrics\n",
               host.name(), url, url, url)
        << std::flush;
}

void Serve(ServeFlags& flags, const Globals& globals) {
    const sigset_t signals = BlockSignals();
    serve::ApiOptions options = MakeApiOptions(flags);
    const auto host = OpenHost(flags.engine);
    serve::ApiServer server(*host, options);
    OrThrow(server.Start());
    if (options.content.api_keys.empty() && flags.host != "127.0.0.1" &&
        flags.host != "localhost") {
        log::Warn("anybody who reaches this address may use it: set --api-key-file",
                  {{"host", flags.host}});
    }
    TellWhere(globals, Url(flags, server), *host);
    WaitForEnd(signals, server);
    log::Info("draining", {{"seconds", flags.drain_seconds}});
    // A second signal ends the process the usual way.
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    const bool whole = server.Drain(std::chrono::seconds(flags.drain_seconds));
    log::Info("stopped", {{"all_requests_ended", whole}});
}

void AddServerFlags(CLI::App& command, ServeFlags& flags) {
    command.add_option("--host", flags.host, "address to listen at; 0.0.0.0: every one")
        ->capture_default_str();
    command.add_option("--port", flags.port, "0: the kernel chooses")->capture_default_str();
    command.add_option("--api-key-file", flags.api_key_file, "file of API keys, one a line");
    command
        .add_option("--api-key", flags.api_key,
                    "an API key; better in ARGOSY_SERVE_API_KEY, since others see a command line")
        ->group("Secrets");
    command.add_option("--cors-origin", flags.cors_origins,
                       "origin that browsers may call from; *");
    command.add_option("--tls-cert", flags.api.http.tls_certificate_file, "PEM chain");
    command.add_option("--tls-key", flags.api.http.tls_key_file, "PEM key");
    command.add_option("--max-body", flags.max_body, "largest request")->capture_default_str();
    command
        .add_option("--request-timeout", flags.request_timeout_seconds,
                    "seconds a request may take; 0: no limit")
        ->check(CLI::NonNegativeNumber);
    command
        .add_option("--drain", flags.drain_seconds, "seconds that running requests get at the end")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--adapter-dir", flags.adapter_dir,
                       "folder that clients may load LoRA adapters from");
}

}  // namespace

void AddServe(CLI::App& app, Globals& globals) {
    CLI::App* command =
        app.add_subcommand("serve", "Serve a model to OpenAI clients, with a page to chat");
    auto flags = std::make_shared<ServeFlags>();
    command
        ->add_option("--model,-m,model", flags->engine.host.source,
                     "GGUF file, Hugging Face directory, or hf:// http:// s3:// URI")
        ->required();
    command->add_option("--name", flags->engine.host.name, "the model's name in the API");
    AddServerFlags(*command, *flags);
    AddEngineFlags(*command, flags->engine);
    command->footer(
        "Example:\n  argosy serve --model hf://Qwen/Qwen3-0.6B-GGUF:Q8_0 --port 8080\n"
        "  curl http://127.0.0.1:8080/v1/chat/completions -d '{\"messages\": [{\"role\": \"user\","
        " \"content\": \"Hello\"}]}'");
    command->callback([flags, &globals] { Serve(*flags, globals); });
}

}  // namespace argosy::cli
