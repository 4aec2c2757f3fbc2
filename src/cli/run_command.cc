// `argosy run`: one answer, or a chat in the terminal.
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/engine_flags.h"
#include "serve/chat_call.h"
#include "serve/respond.h"

namespace argosy::cli {

namespace {

struct RunFlags {
    EngineFlags engine;
    std::string prompt, system;
    bool raw = false;
    SamplingParams sampling;
    float temperature = -1;
    int64_t seed = -1;
};

volatile std::sig_atomic_t interrupted = 0;
void Interrupt(int) { interrupted = 1; }

struct Answer {
    std::string text;
    Usage usage;
    double first_token_seconds = 0;
    double seconds = 0;
};

// Runs one request to its end, passing text on as it comes. Ctrl-C ends the answer, not the chat.
Answer Generate(Engine& engine, GenerateRequest request, ToolCallParserOptions parser_options,
                const std::function<void(std::string_view)>& on_text) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<GenerateEvent> events;
    const RequestId id = OrThrow(engine.Submit(std::move(request), [&](GenerateEvent event) {
        const std::scoped_lock lock(mutex);
        events.push_back(std::move(event));
        changed.notify_one();
    }));
    Answer answer;
    ToolCallParser parser(std::move(parser_options));
    const auto take = [&](const std::vector<ChatEvent>& parts) {
        for (const ChatEvent& part : parts) {
            on_text(part.text);
            if (part.kind == ChatEvent::Kind::kContent) answer.text += part.text;
        }
    };
    while (true) {
        std::vector<GenerateEvent> batch;
        {
            std::unique_lock lock(mutex);
            changed.wait_for(lock, std::chrono::milliseconds(100), [&] { return !events.empty(); });
            batch.swap(events);
        }
        if (interrupted) engine.Cancel(id);
        for (GenerateEvent& event : batch) {
            if (answer.first_token_seconds == 0 && !event.tokens.empty()) {
                answer.first_token_seconds =
                    std::chrono::duration<double>(Clock::now() - start).count();
            }
            take(parser.Push(event.text));
            if (event.error) throw Exception(*event.error);
            if (!event.done) continue;
            take(parser.Finish());
            answer.usage = event.usage;
            answer.seconds = std::chrono::duration<double>(Clock::now() - start).count();
            return answer;
        }
    }
}

GenerateRequest MakeRequest(const serve::ModelHost& host, const RunFlags& flags,
                            const json::array& messages, ToolCallParserOptions& parser) {
    static serve::GrammarCache no_grammars;
    serve::ChatCall call;
    call.sampling = flags.sampling;
    if (flags.raw) {
        GenerateRequest request;
        request.prompt = host.tokenizer().Encode(flags.prompt);
        request.sampling = flags.sampling;
        return request;
    }
    call.chat.messages = messages;
    auto prepared = serve::PrepareChat(host, no_grammars, std::move(call));
    if (!prepared) {
        throw Exception({ErrorCode::kInvalidArgument, prepared.error().message, {}});
    }
    parser = prepared->parser;
    return std::move(prepared->request);
}

void PrintJson(const Answer& answer) {
    std::cout << json::serialize(json::object{{"text", answer.text},
                                              {"prompt_tokens", answer.usage.prompt_tokens},
                                              {"completion_tokens", answer.usage.completion_tokens},
                                              {"first_token_seconds", answer.first_token_seconds},
                                              {"seconds", answer.seconds}})
              << "\n";
}

Answer Ask(const serve::ModelHost& host, const RunFlags& flags, const json::array& messages,
           bool print) {
    ToolCallParserOptions parser;
    GenerateRequest request = MakeRequest(host, flags, messages, parser);
    Answer answer = Generate(host.engine(), std::move(request), parser, [&](std::string_view text) {
        if (print) std::cout << text << std::flush;
    });
    if (print) std::cout << "\n";
    return answer;
}

void Chat(const serve::ModelHost& host, const RunFlags& flags, json::array messages) {
    const bool terminal = isatty(STDIN_FILENO) != 0;
    if (terminal) std::cerr << "Chat with " << host.name() << ". /clear starts anew, /bye ends.\n";
    const json::array beginning = messages;
    std::string line;
    while (true) {
        if (terminal) std::cerr << "> " << std::flush;
        if (!std::getline(std::cin, line) || line == "/bye") return;
        if (line == "/clear") messages = beginning;
        if (line.empty() || line == "/clear") continue;
        messages.push_back({{"role", "user"}, {"content", line}});
        interrupted = 0;
        const Answer answer = Ask(host, flags, messages, true);
        messages.push_back({{"role", "assistant"}, {"content", answer.text}});
        if (!terminal) continue;
        const double decode = answer.seconds - answer.first_token_seconds;
        std::cerr << fmt::format("[{} tokens, first after {:.2f} s, {:.1f} tokens/s]\n",
                                 answer.usage.completion_tokens, answer.first_token_seconds,
                                 decode > 0 ? (answer.usage.completion_tokens - 1) / decode : 0);
    }
}

void Run(RunFlags& flags, const Globals& globals) {
    const auto host = OpenHost(flags.engine);
    const SamplingParams& defaults = host->default_sampling();
    const int32_t max_tokens = flags.sampling.max_tokens;
    flags.sampling = defaults;
    flags.sampling.max_tokens = max_tokens;
    if (flags.temperature >= 0) flags.sampling.temperature = flags.temperature;
    if (flags.seed >= 0) flags.sampling.seed = static_cast<uint64_t>(flags.seed);
    std::signal(SIGINT, Interrupt);
    json::array messages;
    if (!flags.system.empty()) messages.push_back({{"role", "system"}, {"content", flags.system}});
    if (flags.prompt.empty()) return Chat(*host, flags, std::move(messages));
    messages.push_back({{"role", "user"}, {"content", flags.prompt}});
    const Answer answer = Ask(*host, flags, messages, !globals.json());
    if (globals.json()) PrintJson(answer);
}

}  // namespace

void AddRun(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("run", "Ask a model, or chat with it in the terminal");
    auto flags = std::make_shared<RunFlags>();
    command
        ->add_option("model", flags->engine.host.source,
                     "GGUF file, Hugging Face directory, or hf:// http:// s3:// URI")
        ->required();
    command->add_option("prompt", flags->prompt, "what to ask; without it: a chat");
    command->add_option("--system", flags->system, "system message");
    command->add_flag("--raw", flags->raw, "complete the prompt as it is, without chat template");
    command->add_option("--max-tokens,-n", flags->sampling.max_tokens, "-1: up to the context");
    command->add_option("--temperature", flags->temperature, "0: greedy; default: the model's");
    command->add_option("--seed", flags->seed, "same seed, same text");
    AddEngineFlags(*command, flags->engine);
    command->footer(
        "Example:\n  argosy run hf://Qwen/Qwen3-0.6B-GGUF:Q8_0 \"Why is the sky blue?\"");
    command->callback([flags, &globals] { Run(*flags, globals); });
}

}  // namespace argosy::cli
