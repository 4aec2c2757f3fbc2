// How fast a tokenizer encodes and decodes on one thread. Prints a line for each, then JSON:
//     bench_tokenizer tokenizer.json text.txt
#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/tokenizer.h"

namespace argosy {
namespace {

using Clock = std::chrono::steady_clock;

std::string ReadAll(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

double Seconds(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Documents of some 4 KB, cut at lines: what requests look like.
std::vector<std::string> Documents(const std::string& text) {
    std::vector<std::string> documents;
    for (size_t at = 0; at < text.size();) {
        size_t end = text.find('\n', std::min(at + 4096, text.size()));
        end = end == text.npos ? text.size() : end + 1;
        documents.push_back(text.substr(at, end - at));
        at = end;
    }
    return documents;
}

int Run(const char* tokenizer_path, const char* text_path) {
    const std::string document = ReadAll(tokenizer_path), text = ReadAll(text_path);
    auto begin = Clock::now();
    const auto tokenizer = OrThrow(LoadTokenizerJson(document, ""));
    const double load = Seconds(begin);
    const auto documents = Documents(text);
    double encode = 1e9, decode = 1e9;
    size_t tokens = 0;
    for (int round = 0; round < 5; ++round) {
        std::vector<std::vector<TokenId>> ids;
        begin = Clock::now();
        for (const std::string& each : documents) ids.push_back(tokenizer->Encode(each));
        encode = std::min(encode, Seconds(begin));
        begin = Clock::now();
        tokens = 0;
        for (const auto& each : ids) {
            tokens += each.size();
            (void)tokenizer->Decode(each);
        }
        decode = std::min(decode, Seconds(begin));
    }
    const double megabytes = static_cast<double>(text.size()) / 1e6;
    fmt::print("load {:.1f} ms, encode {:.1f} MB/s, decode {:.1f} MB/s, {} tokens\n", load * 1e3,
               megabytes / encode, megabytes / decode, tokens);
    fmt::print("{}\n", json::serialize(json::object{{"name", "tokenizer"},
                                                    {"load_ms", load * 1e3},
                                                    {"encode_mb_s", megabytes / encode},
                                                    {"decode_mb_s", megabytes / decode},
                                                    {"tokens", tokens}}));
    return 0;
}

}  // namespace
}  // namespace argosy

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: {} tokenizer.json text.txt\n", argv[0]);
        return 2;
    }
    return argosy::Run(argv[1], argv[2]);
}
