import { describe, expect, it } from "vitest";
import { MetricsStore } from "./metrics_store";
import { linePath, niceTop } from "./plot_scale";
import { parsePrometheus } from "./prometheus";
import { between, quantile, readModels } from "./reading";

function text(tokens: number, answers: number, seconds: number): string {
  const name = "vllm:time_to_first_token_seconds";
  return `# HELP x y
vllm:generation_tokens_total{model_name="m"} ${tokens}
vllm:num_requests_running{model_name="m"} 2
vllm:kv_cache_usage_perc{model_name="m"} 0.25
${name}_bucket{model_name="m",le="0.1"} ${answers / 2}
${name}_bucket{model_name="m",le="1"} ${answers}
${name}_bucket{model_name="m",le="+Inf"} ${answers}
${name}_sum{model_name="m"} ${seconds}
${name}_count{model_name="m"} ${answers}
http_requests_total{handler="/"} 3
`;
}

describe("parsePrometheus", () => {
  it("reads names, labels with escapes, and infinities", () => {
    expect(parsePrometheus('a_b:c{x="1",y="q\\"\\n\\\\"} 1e3 123\nd +Inf\n# no\n\nbroken')).toEqual(
      [
        { name: "a_b:c", labels: { x: "1", y: 'q"\n\\' }, value: 1000 },
        { name: "d", labels: {}, value: Number.POSITIVE_INFINITY },
      ],
    );
  });
});

describe("readModels", () => {
  const before = readModels(parsePrometheus(text(100, 10, 1))).get("m");
  const after = readModels(parsePrometheus(text(160, 30, 5))).get("m");

  it("gives rates and latencies of the time between two looks", () => {
    if (!before || !after) throw new Error("no model");
    const point = between(before, after, 1000, 3000);
    expect(point).toMatchObject({ tokensPerSecond: 30, running: 2, kvUse: 0.25, ttftMean: 0.2 });
    expect(point?.ttftP95).toBeCloseTo(0.91);
  });

  it("gives nothing after a restart, and no latency where nobody asked", () => {
    if (!before || !after) throw new Error("no model");
    expect(between(after, before, 1000, 3000)).toBeNull();
    expect(between(before, before, 1000, 3000)?.ttftMean).toBeNull();
  });

  it("takes quantiles as Prometheus does", () => {
    const buckets = [
      { bound: 1, count: 5 },
      { bound: 2, count: 9 },
      { bound: Number.POSITIVE_INFINITY, count: 10 },
    ];
    expect(quantile({ buckets, sum: 0, count: 10 }, 0.5)).toBeCloseTo(1);
    expect(quantile({ buckets, sum: 0, count: 10 }, 0.99)).toBe(2);
    expect(quantile({ buckets: [], sum: 0, count: 0 }, 0.5)).toBeNull();
  });
});

describe("MetricsStore", () => {
  it("keeps points of two looks, and the error of a failed one", async () => {
    const texts = [text(100, 10, 1), text(150, 12, 1.5)];
    let fail = false;
    const store = new MetricsStore(async () => {
      if (fail) throw new Error("gone");
      return texts.shift() ?? "";
    });
    await store.look(() => 1000);
    await store.look(() => 3000);
    expect(store.value.models.get("m")?.points.map((point) => point.tokensPerSecond)).toEqual([25]);
    fail = true;
    await store.look(() => 5000);
    expect(store.value.error).toBe("gone");
    expect(store.value.models.size).toBe(1);
  });
});

describe("plots", () => {
  it("have round tops", () => {
    expect(niceTop(0, 10)).toBe(10);
    expect(niceTop(11, 10)).toBe(20);
    expect(niceTop(0.03, 0.01)).toBeCloseTo(0.05);
  });
  it("end at the right edge and bridge gaps", () => {
    expect(linePath([0, null, 10], 10, 5, 100, 50)).toBe("M50.0 50.0L100.0 0.0");
  });
});
