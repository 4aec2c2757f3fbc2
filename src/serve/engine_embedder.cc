#include "serve/engine_embedder.h"

#include <algorithm>
#include <future>
#include <utility>

#include "serve/unit_length.h"

namespace argosy::serve {

namespace {

using Vectors = std::vector<std::vector<float>>;

// Runs the request on the engine's thread and waits for its end.
Result<std::vector<float>> Run(const ModelHost& host, EmbedRequest request) {
    if (host.engine().stats().sleeping) ARGOSY_CHECK_OK(host.engine().Wake());
    const auto done = std::make_shared<std::promise<Result<std::vector<float>>>>();
    auto result = done->get_future();
    const auto id = host.engine().Submit(
        std::move(request),
        [done](Result<std::vector<float>> vectors) { done->set_value(std::move(vectors)); });
    if (!id) return std::unexpected(id.error());
    return result.get();
}

size_t Context(const ModelHost& host) {
    return static_cast<size_t>(host.engine().options().context_length);
}

// The last token stays: encoders end their inputs with one that they were trained to see.
void Cut(size_t most, std::vector<TokenId>& tokens) {
    if (tokens.size() <= most) return;
    const TokenId last = tokens.back();
    tokens.resize(most);
    tokens.back() = last;
}

class EngineEmbedder final : public retrieval::Embedder {
  public:
    EngineEmbedder(std::shared_ptr<const ModelHost> host, EmbedderPrefixes prefixes)
        : host_(std::move(host)), prefixes_(std::move(prefixes)) {}

    size_t dimensions() const override { return static_cast<size_t>(host_->info().embedding_dim); }

    Result<Vectors> Embed(std::span<const std::string> texts,
                          retrieval::TextRole role) const override {
        if (texts.empty()) return Vectors();
        const std::string& prefix =
            role == retrieval::TextRole::kQuery ? prefixes_.query : prefixes_.passage;
        EmbedRequest request;
        for (const std::string& text : texts) {
            // A document may name a special token; it is text here.
            request.inputs.push_back(
                host_->tokenizer().Encode(prefix + text, {.parse_special = false}));
            Cut(Context(*host_), request.inputs.back());
        }
        ARGOSY_TRY(const std::vector<float> all, Run(*host_, std::move(request)));
        Vectors vectors;
        for (size_t at = 0; at < all.size(); at += dimensions()) {
            const auto begin = all.begin() + static_cast<ptrdiff_t>(at);
            vectors.emplace_back(begin, begin + static_cast<ptrdiff_t>(dimensions()));
            MakeUnitLength(vectors.back());
        }
        return vectors;
    }

  private:
    const std::shared_ptr<const ModelHost> host_;
    const EmbedderPrefixes prefixes_;
};

class EngineReranker final : public retrieval::Reranker {
  public:
    EngineReranker(std::shared_ptr<const ModelHost> host, std::string instruction)
        : host_(std::move(host)), instruction_(std::move(instruction)) {}

    Result<std::vector<float>> Score(const std::string& question,
                                     std::span<const std::string> texts) const override {
        if (texts.empty()) return std::vector<float>();
        EmbedRequest request;
        request.scores = true;
        for (const std::string& text : texts) Add(question, text, request);
        return Run(*host_, std::move(request));
    }

  private:
    // A pair that is too long is made again with less of the text, by its tokens' average length.
    void Add(const std::string& question, std::string_view text, EmbedRequest& request) const {
        AddRerankPair(*host_, question, text, instruction_, request);
        const size_t most = Context(*host_);
        while (request.inputs.back().size() > most && !text.empty()) {
            const size_t tokens = request.inputs.back().size();
            const size_t over = std::min(text.size(), (tokens - most) * text.size() / tokens + 8);
            size_t end = text.size() - over;
            while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
            text = text.substr(0, end);
            request.inputs.pop_back();
            request.type_ids.pop_back();
            AddRerankPair(*host_, question, text, instruction_, request);
        }
    }

    const std::shared_ptr<const ModelHost> host_;
    const std::string instruction_;
};

}  // namespace

Result<std::shared_ptr<const retrieval::Embedder>> MakeEngineEmbedder(
    std::shared_ptr<const ModelHost> host, EmbedderPrefixes prefixes) {
    if (!host->info().embeds && !host->info().generates) {
        return Err(ErrorCode::kUnsupported,
                   "the model '{}' ({}) gives no embeddings; an embedding model does, such as "
                   "bge-small-en-v1.5 or nomic-embed-text",
                   host->name(), host->info().architecture);
    }
    return std::make_shared<EngineEmbedder>(std::move(host), std::move(prefixes));
}

std::string EmbeddingVersion(const ModelHost& host, const EmbedderPrefixes& prefixes) {
    return fmt::format("{} {} bytes, prefix {}", host.info().architecture, host.info().weight_bytes,
                       prefixes.passage);
}

Result<std::shared_ptr<const retrieval::Reranker>> MakeEngineReranker(
    std::shared_ptr<const ModelHost> host, std::string instruction) {
    if (!host->info().reranks) {
        return Err(ErrorCode::kUnsupported,
                   "the model '{}' ({}) is no reranker; one is, such as bge-reranker-v2-m3",
                   host->name(), host->info().architecture);
    }
    return std::make_shared<EngineReranker>(std::move(host), std::move(instruction));
}

}  // namespace argosy::serve
