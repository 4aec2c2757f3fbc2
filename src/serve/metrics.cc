#include "serve/metrics.h"

#include "telemetry/metrics_text.h"

namespace argosy::serve {

namespace {

using Models = std::span<const ModelSample>;

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

// The samples of a family stand together, one for each model.
template <typename Value>
void Gauge(MetricsText& out, Models models, const char* name, const char* help, Value value) {
    for (const ModelSample& model : models) {
        out.Gauge(name, help, static_cast<double>(value(model)), {{"model_name", model.name}});
    }
}

void EngineGauges(MetricsText& out, Models models) {
    const auto usage = [](const ModelSample& m) {
        return Ratio(m.stats.kv_blocks_used, m.stats.kv_blocks_total);
    };
    Gauge(out, models, "vllm:num_requests_running", "Requests in the running batch.",
          [](const ModelSample& m) { return m.stats.running; });
    Gauge(out, models, "vllm:num_requests_waiting", "Requests in the queue.",
          [](const ModelSample& m) { return m.stats.waiting; });
    Gauge(out, models, "vllm:kv_cache_usage_perc", "KV cache blocks in use; 1 means all.", usage);
    Gauge(out, models, "vllm:gpu_cache_usage_perc", "The same under its old name.", usage);
    Gauge(out, models, "vllm:engine_sleep_state", "1 while weights and KV cache are dropped.",
          [](const ModelSample& m) { return m.stats.sleeping ? 1 : 0; });
    Gauge(out, models, "argosy_kv_blocks", "KV cache blocks in all.",
          [](const ModelSample& m) { return m.stats.kv_blocks_total; });
    Gauge(out, models, "argosy_max_running_requests", "Sequences that fit in a batch.",
          [](const ModelSample& m) { return m.options.max_running; });
    Gauge(out, models, "argosy_max_queued_requests", "Requests that may wait before 429.",
          [](const ModelSample& m) { return m.options.max_queued; });
}

void EngineCounters(MetricsText& out, Models models) {
    const auto counter = [&](const char* name, const char* help, uint64_t EngineStats::* value) {
        for (const ModelSample& model : models) {
            out.Counter(name, help, static_cast<double>(model.stats.*value),
                        {{"model_name", model.name}});
        }
    };
    using S = EngineStats;
    counter("vllm:prompt_tokens_total", "Prompt tokens processed.", &S::prompt_tokens);
    counter("vllm:generation_tokens_total", "Tokens generated.", &S::generation_tokens);
    counter("vllm:num_preemptions_total", "Requests preempted for want of KV blocks.",
            &S::preemptions);
    counter("vllm:prefix_cache_queries_total", "Prompt tokens looked up in the prefix cache.",
            &S::prefix_cache_queries);
    counter("vllm:prefix_cache_hits_total", "Prompt tokens found in the prefix cache.",
            &S::prefix_cache_hits);
    counter("vllm:spec_decode_num_draft_tokens_total", "Tokens drafted.", &S::draft_tokens);
    counter("vllm:spec_decode_num_accepted_tokens_total", "Drafted tokens accepted.",
            &S::accepted_tokens);
    counter("argosy_engine_steps_total", "Forward passes.", &S::steps);
    counter("argosy_requests_rejected_total", "Requests refused because the queue was full.",
            &S::rejected);
}

void FinishedRequests(MetricsText& out, Models models) {
    for (const ModelSample& model : models) {
        const auto finished = [&](const char* reason, uint64_t value) {
            out.Counter("vllm:request_success_total", "Requests finished, by reason.",
                        static_cast<double>(value),
                        {{"model_name", model.name}, {"finished_reason", reason}});
        };
        finished("stop", model.stats.finished_stop);
        finished("length", model.stats.finished_length);
        finished("abort", model.stats.finished_cancelled);
        finished("error", model.stats.finished_error);
    }
}

void EngineHistograms(MetricsText& out, Models models) {
    const auto histogram = [&](const char* name, const char* help,
                               HistogramSnapshot EngineStats::* value) {
        for (const ModelSample& model : models) {
            const HistogramSnapshot& h = model.stats.*value;
            out.Histogram(name, help, h.bounds, h.counts, h.sum, {{"model_name", model.name}});
        }
    };
    using S = EngineStats;
    histogram("vllm:time_to_first_token_seconds", "Time to first token (TTFT).", &S::ttft_seconds);
    histogram("vllm:inter_token_latency_seconds", "Time between tokens (ITL).", &S::itl_seconds);
    histogram("vllm:time_per_output_token_seconds", "The same under its old name.",
              &S::itl_seconds);
    histogram("vllm:e2e_request_latency_seconds", "From arrival to the last token.",
              &S::e2e_seconds);
    histogram("vllm:request_queue_time_seconds", "Time in the queue.", &S::queue_seconds);
    histogram("vllm:request_prefill_time_seconds", "Time in prefill.", &S::prefill_seconds);
    histogram("vllm:request_decode_time_seconds", "Time in decode.", &S::decode_seconds);
    histogram("vllm:request_prompt_tokens", "Prompt lengths.", &S::prompt_lengths);
    histogram("vllm:request_generation_tokens", "Output lengths.", &S::generation_lengths);
    histogram("vllm:iteration_tokens_total", "Tokens of a forward pass.", &S::batch_tokens);
}

}  // namespace

std::string RenderMetrics(std::span<const ModelSample> models, const ServerStats& server,
                          const RequestCounts& requests) {
    MetricsText out;
    EngineGauges(out, models);
    EngineCounters(out, models);
    FinishedRequests(out, models);
    EngineHistograms(out, models);
    for (const auto& [key, count] : requests) {
        out.Counter("http_requests_total", "HTTP requests answered.", static_cast<double>(count),
                    {{"handler", key.first}, {"status", std::to_string(key.second)}});
    }
    out.Gauge("argosy_http_connections", "Connections open.",
              static_cast<double>(server.connections));
    out.Gauge("argosy_http_requests_in_flight", "Requests not answered whole.",
              static_cast<double>(server.in_flight));
    out.Counter("argosy_http_disconnects_total", "Clients that left before their answer was whole.",
                static_cast<double>(server.disconnects));
    return out.text();
}

}  // namespace argosy::serve
