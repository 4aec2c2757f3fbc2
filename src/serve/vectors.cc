#include "serve/vectors.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "net/base64.h"
#include "serve/chat_call.h"
#include "serve/completion_request.h"
#include "serve/rerank_pair.h"
#include "serve/respond.h"
#include "serve/unit_length.h"

namespace argosy::serve {

namespace {

constexpr size_t kMaxInputs = 2048;  // OpenAI's bound

// Runs an EmbedRequest and cancels it when the client leaves.
void Submit(const ModelHost& host, const std::shared_ptr<Exchange>& exchange, EmbedRequest request,
            std::function<void(std::vector<float>)> on_result) {
    const auto id = host.engine().Submit(
        std::move(request),
        [exchange, on_result = std::move(on_result)](Result<std::vector<float>> result) {
            if (!result) return RespondError(*exchange, ToApiError(result.error()));
            on_result(std::move(*result));
        });
    if (!id) return RespondError(*exchange, ToApiError(id.error()));
    exchange->OnDisconnect([&engine = host.engine(), id = *id] { engine.Cancel(id); });
}

int64_t CountTokens(const std::vector<std::vector<TokenId>>& inputs) {
    return std::accumulate(inputs.begin(), inputs.end(), int64_t{0},
                           [](int64_t sum, const auto& input) { return sum + std::ssize(input); });
}

json::value VectorJson(std::span<const float> vector, bool base64) {
    if (base64) {  // little-endian floats, what the openai clients ask for
        std::string bytes(vector.size_bytes(), '\0');
        std::memcpy(bytes.data(), vector.data(), bytes.size());
        return json::string(Base64Encode(bytes));
    }
    json::array out;
    out.reserve(vector.size());
    for (const float x : vector) out.push_back(x);
    return out;
}

json::object VectorUsage(int64_t tokens) {
    return {{"prompt_tokens", tokens}, {"total_tokens", tokens}};
}

struct EmbeddingShape {
    size_t dimensions = 0;  // kept of each vector (Matryoshka); 0: all
    bool base64 = false;
    bool normalise = true;
};

EmbeddingShape ReadShape(Fields& fields, int32_t model_dimensions) {
    EmbeddingShape shape;
    std::string format = "float";
    fields.Read("encoding_format", format);
    if (format != "float" && format != "base64") {
        fields.Fail("encoding_format", "must be \"float\" or \"base64\"");
    }
    shape.base64 = format == "base64";
    int32_t dimensions = model_dimensions;
    fields.Read("dimensions", dimensions);
    if (dimensions < 1 || dimensions > model_dimensions) {
        fields.Fail("dimensions", fmt::format("must be 1 to {}", model_dimensions));
    }
    shape.dimensions = static_cast<size_t>(std::max(dimensions, 1));
    fields.Read("normalize", shape.normalise);
    return shape;
}

json::object EmbeddingsJson(const std::string& model, std::vector<float> vectors, size_t width,
                            const EmbeddingShape& shape, int64_t tokens) {
    json::array data;
    for (size_t i = 0; i * width < vectors.size(); ++i) {
        const auto vector = std::span(vectors).subspan(i * width, width).first(shape.dimensions);
        if (shape.normalise) MakeUnitLength(vector);
        data.push_back({{"object", "embedding"},
                        {"index", i},
                        {"embedding", VectorJson(vector, shape.base64)}});
    }
    return {{"object", "list"},
            {"data", std::move(data)},
            {"model", model},
            {"usage", VectorUsage(tokens)}};
}

struct RerankCall {
    std::string model, query;
    std::vector<std::string> documents;
    int32_t top_n = 0;
    bool return_documents = true;
    std::string instruction{kRerankInstruction};
};

// A document is a text, or an object with a "text".
void ReadDocuments(Fields& fields, std::vector<std::string>& documents) {
    const json::array* array = fields.Array("documents");
    if (array == nullptr || array->empty()) {
        return fields.Fail("documents", "at least one document is needed");
    }
    if (array->size() > kMaxInputs) {
        return fields.Fail("documents", fmt::format("at most {} documents", kMaxInputs));
    }
    for (const json::value& each : *array) {
        const json::value* text = each.is_object() ? each.as_object().if_contains("text") : &each;
        if (text == nullptr || !text->is_string()) {
            return fields.Fail("documents", "expected texts or objects with a \"text\"");
        }
        documents.emplace_back(text->as_string());
    }
}

json::object RerankJson(const RerankCall& call, const std::vector<float>& scores, int64_t tokens) {
    std::vector<size_t> order(scores.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    order.resize(std::min(order.size(), static_cast<size_t>(call.top_n)));
    json::array results;
    for (const size_t i : order) {
        json::object result{{"index", i}, {"relevance_score", scores[i]}};
        if (call.return_documents) result["document"] = json::object{{"text", call.documents[i]}};
        results.push_back(std::move(result));
    }
    return {{"id", NewId("rerank-")},
            {"model", call.model},
            {"results", std::move(results)},
            {"usage", json::object{{"total_tokens", tokens}}}};
}

}  // namespace

void HandleEmbeddings(const ModelHost& host, std::shared_ptr<Exchange> exchange,
                      const json::object& body) {
    Fields fields(body);
    std::string model;
    fields.Read("model", model);
    EmbedRequest request;
    request.inputs = ReadInputs(fields, "input", host.tokenizer(), kMaxInputs);
    const auto width = static_cast<size_t>(host.info().embedding_dim);
    const EmbeddingShape shape = ReadShape(fields, host.info().embedding_dim);
    if (!fields.ok()) return RespondError(*exchange, *fields.error());
    const auto adapter = FindAdapter(host, model);
    if (!adapter) return RespondError(*exchange, adapter.error());
    if (model.empty()) model = host.name();
    const int64_t tokens = CountTokens(request.inputs);
    Submit(host, exchange, std::move(request), [=](std::vector<float> vectors) {
        RespondJson(*exchange, 200, EmbeddingsJson(model, vectors, width, shape, tokens));
    });
}

void HandleRerank(const ModelHost& host, std::shared_ptr<Exchange> exchange,
                  const json::object& body) {
    Fields fields(body);
    RerankCall call;
    fields.Read("model", call.model);
    fields.Read("query", call.query);
    if (call.query.empty()) fields.Fail("query", "is required");
    ReadDocuments(fields, call.documents);
    call.top_n = static_cast<int32_t>(call.documents.size());
    fields.Read("top_n", call.top_n);
    if (call.top_n < 1) fields.Fail("top_n", "must be at least 1");
    fields.Read("return_documents", call.return_documents);
    fields.Read("instruction", call.instruction);
    if (!fields.ok()) return RespondError(*exchange, *fields.error());
    const auto adapter = FindAdapter(host, call.model);
    if (!adapter) return RespondError(*exchange, adapter.error());
    if (!host.info().reranks) {
        return RespondError(
            *exchange, FromStatus(400, fmt::format("The model '{}' is no reranker", host.name())));
    }
    if (call.model.empty()) call.model = host.name();
    EmbedRequest request;
    request.scores = true;
    for (const std::string& document : call.documents) {
        AddRerankPair(host, call.query, document, call.instruction, request);
    }
    const int64_t tokens = CountTokens(request.inputs);
    Submit(host, exchange, std::move(request), [=](const std::vector<float>& scores) {
        RespondJson(*exchange, 200, RerankJson(call, scores, tokens));
    });
}

}  // namespace argosy::serve
