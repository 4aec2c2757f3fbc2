// `argosy inspect`, `convert`, `make-model` and `pull`: model files, looked at, made and fetched.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/open_source.h"
#include "cli/progress_bar.h"
#include "model/convert.h"
#include "model/fetch/fetch_model.h"
#include "model/make_model.h"
#include "model/model_file.h"
#include "model/quant_recipe.h"

namespace argosy::cli {

namespace {

std::string RecipeNames() {
    std::vector<std::string_view> names;
    for (const QuantRecipe& recipe : AllRecipes()) names.push_back(recipe.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

// Tells of a file that a command wrote.
void PrintWritten(const Globals& globals, const std::filesystem::path& path) {
    const uint64_t bytes = std::filesystem::file_size(path);
    if (globals.json()) {
        std::cout << json::serialize(json::object{{"path", path.string()}, {"bytes", bytes}})
                  << "\n";
    } else {
        std::cout << path.string() << ": " << FormatBytes(bytes) << "\n";
    }
}

json::object Describe(const ModelFile& model) {
    std::map<std::string_view, std::pair<int64_t, uint64_t>> by_type;
    int64_t parameters = 0;
    for (const TensorView& tensor : model.tensors()) {
        auto& [count, bytes] = by_type[FindDType(tensor.type)->name];
        ++count;
        bytes += tensor.bytes.size();
        parameters += tensor.elements();
    }
    json::object types;
    for (const auto& [name, total] : by_type) {
        types[name] = json::object{{"tensors", total.first}, {"bytes", total.second}};
    }
    const std::string arch = model.GetString("general.architecture").value_or("unknown");
    json::object out{{"path", model.path().string()},
                     {"architecture", arch},
                     {"name", model.GetString("general.name").value_or("")},
                     {"parameters", parameters},
                     {"bytes", model.tensor_bytes()},
                     {"types", types}};
    for (const char* key :
         {"context_length", "block_count", "embedding_length", "feed_forward_length",
          "attention.head_count", "attention.head_count_kv"}) {
        if (const auto value = model.GetInt(arch + "." + key)) out[key] = *value;
    }
    out["chat_template"] = model.Find("tokenizer.chat_template") != nullptr;
    return out;
}

void PrintDescription(const json::object& about) {
    const auto count = static_cast<double>(about.at("parameters").as_int64());
    std::cout << fmt::format("{}\n  architecture  {}\n  name          {}\n",
                             json::value_to<std::string>(about.at("path")),
                             json::value_to<std::string>(about.at("architecture")),
                             json::value_to<std::string>(about.at("name")));
    std::cout << fmt::format("  parameters    {:.1f} M\n  weights       {}\n", count / 1e6,
                             FormatBytes(about.at("bytes").to_number<uint64_t>()));
    for (const auto& [name, total] : about.at("types").as_object()) {
        std::cout << fmt::format("    {:<8} {:>5} tensors {:>10}\n", std::string_view(name),
                                 total.at("tensors").as_int64(),
                                 FormatBytes(total.at("bytes").to_number<uint64_t>()));
    }
    for (const auto& [key, value] : about) {
        if (!value.is_int64() || key == "parameters" || key == "bytes") continue;
        std::cout << fmt::format("  {:<24} {}\n", std::string_view(key), value.as_int64());
    }
    std::cout << "  chat template " << (about.at("chat_template").as_bool() ? "yes" : "no") << "\n";
}

}  // namespace

void AddInspect(CLI::App& app, Globals& globals) {
    CLI::App* command = app.add_subcommand("inspect", "Show what is in a model");
    auto source = std::make_shared<std::string>();
    command
        ->add_option("model", *source,
                     "GGUF file, Hugging Face directory, or hf:// http:// s3:// URI")
        ->required();
    command->footer("Example:\n  argosy inspect hf://Qwen/Qwen3-0.6B-GGUF:Q8_0");
    command->callback([source, &globals] {
        const json::object about = Describe(*OpenSource(*source));
        if (globals.json()) {
            std::cout << json::serialize(about) << "\n";
        } else {
            PrintDescription(about);
        }
    });
}

void AddConvert(CLI::App& app, Globals& globals) {
    struct Args {
        std::string source, out;
        ConvertOptions options;
    };
    CLI::App* command = app.add_subcommand("convert", "Write a model as GGUF, quantised as asked");
    auto args = std::make_shared<Args>();
    command->add_option("model", args->source, "GGUF file, Hugging Face directory, or URI")
        ->required();
    command->add_option("out", args->out, "GGUF file to write")->required();
    command->add_option("--quant", args->options.recipe, RecipeNames())->capture_default_str();
    command->add_option("--threads", args->options.threads, "0: all of the machine")
        ->capture_default_str()
        ->check(CLI::Range(0, 4096));
    command->footer(
        "Example:\n  argosy convert ./Qwen3-0.6B qwen3-0.6b-q4_k_m.gguf --quant q4_k_m");
    command->callback([args, &globals] {
        ProgressBar bar("converting");
        args->options.progress = [&bar](uint64_t done, uint64_t total) { bar.Update(done, total); };
        OrThrow(ConvertModel(*OpenSource(args->source), args->out, args->options));
        PrintWritten(globals, args->out);
    });
}

void AddMakeModel(CLI::App& app, Globals& globals) {
    struct Args {
        std::string out;
        MakeModelOptions options;
    };
    CLI::App* command =
        app.add_subcommand("make-model", "Write a random-weight model for tests and benchmarks");
    auto args = std::make_shared<Args>();
    MakeModelOptions& options = args->options;
    command->add_option("out", args->out, "GGUF file to write")->required();
    command
        ->add_option("--arch", options.architecture,
                     fmt::format("{}", fmt::join(MakeModelArchitectures(), ", ")))
        ->capture_default_str();
    command->add_option("--preset", options.preset, "tiny, 0.6b or 1.7b; sizes below override it")
        ->capture_default_str();
    command->add_option("--quant", options.recipe, RecipeNames())->capture_default_str();
    command->add_option("--layers", options.layers, "transformer blocks");
    command->add_option("--width", options.width, "embedding length");
    command->add_option("--heads", options.heads, "attention heads");
    command->add_option("--kv-heads", options.kv_heads, "key/value heads");
    command->add_option("--head-size", options.head_size, "floats of a head");
    command->add_option("--feed-forward", options.feed_forward, "feed-forward length");
    command->add_option("--vocabulary", options.vocabulary, "tokens");
    command->add_option("--context", options.context, "tokens");
    command->add_option("--tokenizer", options.tokenizer, "bpe, spm or wordpiece");
    command->add_option("--vocabulary-from", options.vocabulary_from,
                        "text or JSONL files to learn the tokens from: bpe, wordpiece");
    command
        ->add_option("--init", options.init,
                     "random (to test with), training (small weights), recall (training, with "
                     "heads that copy from the beginning)")
        ->capture_default_str();
    command->add_option("--seed", options.seed, "same seed, same bytes")->capture_default_str();
    command->add_option("--threads", options.threads, "0: all of the machine")
        ->check(CLI::Range(0, 4096));
    command->footer("Example:\n  argosy make-model tiny.gguf --arch qwen3 --quant q8_0");
    command->callback([args, &globals] {
        ProgressBar bar("writing");
        args->options.progress = [&bar](uint64_t done, uint64_t total) { bar.Update(done, total); };
        OrThrow(MakeModel(args->out, args->options));
        PrintWritten(globals, args->out);
    });
}

void AddPull(CLI::App& app, Globals& globals) {
    struct Args {
        std::string source;
        FetchOptions options;
    };
    CLI::App* command = app.add_subcommand("pull", "Fetch a model into the local cache");
    auto args = std::make_shared<Args>();
    command
        ->add_option("model", args->source,
                     "hf://org/name[@rev][:quant], http(s)://, s3://, file://")
        ->required();
    command->add_option("--sha256", args->options.sha256, "expected hash of a single file");
    command->add_option("--cache-dir", args->options.hub_cache, "the Hub's cache folder");
    command->add_flag("--offline", args->options.offline, "use only what is cached");
    command->footer(
        "Example:\n  argosy pull hf://Qwen/Qwen3-0.6B-GGUF:Q8_0\n\n"
        "A token for gated models is read from HF_TOKEN or the file of HF_TOKEN_PATH.");
    command->callback([args, &globals] {
        ProgressBar bar("fetching");
        args->options.on_progress = [&bar](const FetchProgress& progress) {
            bar.Update(progress.done_bytes, progress.total_bytes,
                       FormatBytes(static_cast<uint64_t>(progress.bytes_per_second)) + "/s");
        };
        const FetchedModel fetched = OrThrow(FetchModel(args->source, args->options));
        if (globals.json()) {
            std::cout << json::serialize(
                             json::object{{"path", fetched.path.string()},
                                          {"revision", fetched.revision},
                                          {"downloaded_bytes", fetched.downloaded_bytes}})
                      << "\n";
        } else {
            std::cout << fetched.path.string() << "\n";
        }
    });
}

}  // namespace argosy::cli
