#include "serve/metrics.h"

#include "telemetry/metrics_text.h"

namespace argosy::serve {

namespace {

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

void EngineGauges(MetricsText& out, const EngineStats& stats, const EngineOptions& options,
                  std::string_view model) {
    const MetricLabels labels{{"model_name", model}};
    const double usage = Ratio(stats.kv_blocks_used, stats.kv_blocks_total);
    out.Gauge("vllm:num_requests_running", "Requests in the running batch.", stats.running, labels);
    out.Gauge("vllm:num_requests_waiting", "Requests in the queue.", stats.waiting, labels);
    out.Gauge("vllm:kv_cache_usage_perc", "KV cache blocks in use; 1 means all.", usage, labels);
    out.Gauge("vllm:gpu_cache_usage_perc", "The same under its old name.", usage, labels);
    out.Gauge("vllm:engine_sleep_state", "1 while weights and KV cache are dropped.",
              stats.sleeping ? 1 : 0, labels);
    out.Gauge("argosy_kv_blocks", "KV cache blocks in all.", stats.kv_blocks_total, labels);
    out.Gauge("argosy_max_running_requests", "Sequences that fit in a batch.", options.max_running,
              labels);
    out.Gauge("argosy_max_queued_requests", "Requests that may wait before 429.",
              options.max_queued, labels);
}

void EngineCounters(MetricsText& out, const EngineStats& stats, std::string_view model) {
    const MetricLabels labels{{"model_name", model}};
    const auto counter = [&](const char* name, const char* help, uint64_t value) {
        out.Counter(name, help, static_cast<double>(value), labels);
    };
    counter("vllm:prompt_tokens_total", "Prompt tokens processed.", stats.prompt_tokens);
    counter("vllm:generation_tokens_total", "Tokens generated.", stats.generation_tokens);
    counter("vllm:num_preemptions_total", "Requests preempted for want of KV blocks.",
            stats.preemptions);
    counter("vllm:prefix_cache_queries_total", "Prompt tokens looked up in the prefix cache.",
            stats.prefix_cache_queries);
    counter("vllm:prefix_cache_hits_total", "Prompt tokens found in the prefix cache.",
            stats.prefix_cache_hits);
    counter("vllm:spec_decode_num_draft_tokens_total", "Tokens drafted.", stats.draft_tokens);
    counter("vllm:spec_decode_num_accepted_tokens_total", "Drafted tokens accepted.",
            stats.accepted_tokens);
    counter("argosy_engine_steps_total", "Forward passes.", stats.steps);
    counter("argosy_requests_rejected_total", "Requests refused because the queue was full.",
            stats.rejected);
    const auto finished = [&](const char* reason, uint64_t value) {
        out.Counter("vllm:request_success_total", "Requests finished, by reason.",
                    static_cast<double>(value),
                    {{"model_name", model}, {"finished_reason", reason}});
    };
    finished("stop", stats.finished_stop);
    finished("length", stats.finished_length);
    finished("abort", stats.finished_cancelled);
    finished("error", stats.finished_error);
}

void EngineHistograms(MetricsText& out, const EngineStats& stats, std::string_view model) {
    const auto histogram = [&](const char* name, const char* help, const HistogramSnapshot& h) {
        out.Histogram(name, help, h.bounds, h.counts, h.sum, {{"model_name", model}});
    };
    histogram("vllm:time_to_first_token_seconds", "Time to first token (TTFT).",
              stats.ttft_seconds);
    histogram("vllm:inter_token_latency_seconds", "Time between tokens (ITL).", stats.itl_seconds);
    histogram("vllm:time_per_output_token_seconds", "The same under its old name.",
              stats.itl_seconds);
    histogram("vllm:e2e_request_latency_seconds", "From arrival to the last token.",
              stats.e2e_seconds);
    histogram("vllm:request_queue_time_seconds", "Time in the queue.", stats.queue_seconds);
    histogram("vllm:request_prefill_time_seconds", "Time in prefill.", stats.prefill_seconds);
    histogram("vllm:request_decode_time_seconds", "Time in decode.", stats.decode_seconds);
    histogram("vllm:request_prompt_tokens", "Prompt lengths.", stats.prompt_lengths);
    histogram("vllm:request_generation_tokens", "Output lengths.", stats.generation_lengths);
    histogram("vllm:iteration_tokens_total", "Tokens of a forward pass.", stats.batch_tokens);
}

}  // namespace

std::string RenderMetrics(const std::string& model, const Engine& engine, const ServerStats& server,
                          const RequestCounts& requests) {
    MetricsText out;
    const EngineStats stats = engine.stats();
    EngineGauges(out, stats, engine.options(), model);
    EngineCounters(out, stats, model);
    EngineHistograms(out, stats, model);
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
