// Splits texts as the tests ask: reads {"text", "size", "overlap", "separators", "keep", "strip",
// "kind"} a line from standard input, writes [[begin in bytes, chunk], ...] a line, or {"error"}.
#include <iostream>

#include "base/json.h"
#include "retrieval/split/make_splitter.h"

namespace {

using namespace argosy;
using namespace argosy::retrieval;

RecursiveOptions OptionsOf(const json::object& job) {
    RecursiveOptions options;
    options.chunk_size = job.at("size").to_number<size_t>();
    options.chunk_overlap = job.at("overlap").to_number<size_t>();
    options.separators = json::value_to<std::vector<std::string>>(job.at("separators"));
    options.strip_whitespace = job.at("strip").as_bool();
    const auto& keep = job.at("keep").as_string();
    options.keep_separator = keep == "start" ? KeepSeparator::kStart
                             : keep == "end" ? KeepSeparator::kEnd
                                             : KeepSeparator::kNo;
    return options;
}

json::value Split(const std::string& line) {
    const json::value job = OrThrow(ParseJson(line));
    const json::object& fields = job.as_object();
    const auto kind = OrThrow(ParseSplitterKind(fields.at("kind").as_string()));
    const auto splitter = MakeSplitter(kind, OptionsOf(fields));
    if (!splitter) return json::object{{"error", splitter.error().message}};
    Document document;
    document.text = fields.at("text").as_string();
    json::array chunks;
    for (const Chunk& chunk : (*splitter)->Split(document)) {
        chunks.push_back(json::array{chunk.begin, chunk.text});
    }
    return chunks;
}

}  // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::string line;
    while (std::getline(std::cin, line)) std::cout << json::serialize(Split(line)) << "\n";
    return 0;
}
