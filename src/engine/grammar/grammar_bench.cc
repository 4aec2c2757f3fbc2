// Compile time of schemas and time per mask over a vocabulary of some 150,000 tokens, for the
// folder that bench/grammar/workload.py wrote; bench/grammar/run puts a peer beside it. The last
// line is JSON.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "engine/grammar/grammar_test_util.h"

namespace argosy {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kRounds = 5;  // the first finds no mask ready

double MicrosSince(Clock::time_point start) {
    return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

std::string ReadFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    std::stringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

std::vector<std::string> ReadVocabulary(const std::string& path) {
    const std::string data = ReadFile(path);
    std::vector<std::string> tokens;
    for (size_t at = 0; at + 4 <= data.size();) {
        uint32_t length = 0;
        std::copy_n(data.data() + at, 4, reinterpret_cast<char*>(&length));
        tokens.push_back(data.substr(at + 4, length));
        at += 4 + length;
    }
    tokens.pop_back();  // FakeTokenizer adds the stop token
    return tokens;
}

struct Times {
    double compile_ms = 0;
    std::vector<double> first, all;  // microseconds per mask
};

double Quantile(std::vector<double> values, double part) {
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, size_t(double(values.size()) * part))];
}

Times RunCase(const TokenMasker& masker, const json::object& test) {
    Times times;
    JsonSchemaOptions options;
    options.whitespace = JsonWhitespace::kFlexible;
    const json::value& schema = test.at("schema");
    const auto begin = Clock::now();
    const auto grammar = OrThrow(schema.is_null() ? Grammar::AnyJsonObject(options)
                                                  : Grammar::FromJsonSchema(schema, options));
    times.compile_ms = MicrosSince(begin) / 1e3;
    std::vector<uint64_t> mask((size_t(masker.vocab_size()) + 63) / 64);
    for (int round = 0; round < kRounds; ++round) {
        for (const json::value& document : test.at("tokens").get_array()) {
            GrammarState state(masker, grammar);
            for (const json::value& id : document.get_array()) {
                const auto start = Clock::now();
                state.FillMask(std::span<uint64_t>(mask));
                times.all.push_back(MicrosSince(start));
                if (round == 0) times.first.push_back(times.all.back());
                const TokenId token = id.to_number<TokenId>();
                if (!Allowed(mask, token) || !state.Accept(token)) {
                    throw std::runtime_error("a valid document was refused");
                }
            }
        }
    }
    return times;
}

void Run(const std::string& folder) {
    const FakeTokenizer tokenizer(ReadVocabulary(folder + "/vocabulary.bin"));
    const json::value cases = OrThrow(ParseJson(ReadFile(folder + "/workload.json")));
    const auto begin = Clock::now();
    const TokenMasker masker(tokenizer);
    fmt::print("{} tokens; TokenMasker once per model: {:.0f} ms\n", tokenizer.vocab_size(),
               MicrosSince(begin) / 1e3);
    Times sum;
    for (const json::value& test : cases.get_array()) {
        const Times times = RunCase(masker, test.get_object());
        fmt::print(
            "argosy {}: compile {:.2f} ms, mask p50 {:.2f} us, p99 {:.2f} us, worst "
            "{:.1f} us; first visits p50 {:.1f} us\n",
            std::string_view(test.at("name").get_string()), times.compile_ms,
            Quantile(times.all, 0.5), Quantile(times.all, 0.99), Quantile(times.all, 1),
            Quantile(times.first, 0.5));
        sum.compile_ms += times.compile_ms;
        sum.all.insert(sum.all.end(), times.all.begin(), times.all.end());
    }
    fmt::print("{{\"p50_us\": {:.3f}, \"p99_us\": {:.3f}, \"compile_ms\": {:.3f}}}\n",
               Quantile(sum.all, 0.5), Quantile(sum.all, 0.99), sum.compile_ms);
}

}  // namespace
}  // namespace argosy

int main(int argc, char** argv) try {
    if (argc != 2) {
        fmt::print(stderr, "usage: bench_grammar FOLDER (see bench/grammar/run)\n");
        return 2;
    }
    argosy::Run(argv[1]);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "bench_grammar: {}\n", error.what());
    return 1;
}
