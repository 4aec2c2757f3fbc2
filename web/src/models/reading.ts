// What one look at /metrics says of each model, and what two looks say together: rates and
// latencies of the time between them.
import type { Sample } from "./prometheus";

export interface Histogram {
  /** Cumulative counts by upper bound, ascending; the last is infinity. */
  buckets: { bound: number; count: number }[];
  sum: number;
  count: number;
}

export interface Reading {
  generated: number;
  prompted: number;
  running: number;
  waiting: number;
  kvUse: number;
  finished: number;
  ttft: Histogram;
}

export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  tokensPerSecond: number;
  promptPerSecond: number;
  running: number;
  waiting: number;
  kvUse: number;
  /** Null where nothing began to answer in the time between. */
  ttftMean: number | null;
  ttftP95: number | null;
}

function emptyReading(): Reading {
  return {
    generated: 0,
    prompted: 0,
    running: 0,
    waiting: 0,
    kvUse: 0,
    finished: 0,
    ttft: { buckets: [], sum: 0, count: 0 },
  };
}

const kTtft = "vllm:time_to_first_token_seconds";

function take(reading: Reading, sample: Sample): void {
  const { ttft } = reading;
  switch (sample.name) {
    case "vllm:generation_tokens_total":
      reading.generated += sample.value;
      break;
    case "vllm:prompt_tokens_total":
      reading.prompted += sample.value;
      break;
    case "vllm:num_requests_running":
      reading.running += sample.value;
      break;
    case "vllm:num_requests_waiting":
      reading.waiting += sample.value;
      break;
    case "vllm:kv_cache_usage_perc":
      reading.kvUse = sample.value;
      break;
    case "vllm:request_success_total":
      reading.finished += sample.value;
      break;
    case `${kTtft}_bucket`:
      ttft.buckets.push({ bound: bound(sample.labels.le), count: sample.value });
      break;
    case `${kTtft}_sum`:
      ttft.sum = sample.value;
      break;
    case `${kTtft}_count`:
      ttft.count = sample.value;
      break;
  }
}

function bound(le: string | undefined): number {
  return le === undefined || le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
}

/** By model_name, in the order of the text. */
export function readModels(samples: Sample[]): Map<string, Reading> {
  const models = new Map<string, Reading>();
  for (const sample of samples) {
    const name = sample.labels.model_name;
    if (name === undefined || !sample.name.startsWith("vllm:")) continue;
    let reading = models.get(name);
    if (!reading) {
      reading = emptyReading();
      models.set(name, reading);
    }
    take(reading, sample);
  }
  for (const reading of models.values()) reading.ttft.buckets.sort((a, b) => a.bound - b.bound);
  return models;
}

export function difference(before: Histogram, after: Histogram): Histogram {
  return {
    buckets: after.buckets.map((bucket, i) => ({
      bound: bucket.bound,
      count: bucket.count - (before.buckets[i]?.count ?? 0),
    })),
    sum: after.sum - before.sum,
    count: after.count - before.count,
  };
}

/** As Prometheus' histogram_quantile: linear within a bucket, the last finite bound beyond. */
export function quantile(of: Histogram, q: number): number | null {
  if (of.count <= 0) return null;
  const rank = q * of.count;
  let lower = 0;
  let below = 0;
  for (const { bound, count } of of.buckets) {
    if (count >= rank) {
      if (!Number.isFinite(bound)) return lower;
      return count > below ? lower + ((bound - lower) * (rank - below)) / (count - below) : bound;
    }
    lower = bound;
    below = count;
  }
  return lower;
}

/** Null where the counters went back: the server was started anew. */
export function between(
  before: Reading,
  after: Reading,
  beforeAt: number,
  afterAt: number,
): Point | null {
  const seconds = (afterAt - beforeAt) / 1000;
  const restarted = after.generated < before.generated || after.ttft.count < before.ttft.count;
  if (seconds <= 0 || restarted) return null;
  const ttft = difference(before.ttft, after.ttft);
  return {
    at: afterAt,
    tokensPerSecond: (after.generated - before.generated) / seconds,
    promptPerSecond: Math.max(0, (after.prompted - before.prompted) / seconds),
    running: after.running,
    waiting: after.waiting,
    kvUse: after.kvUse,
    ttftMean: ttft.count > 0 ? ttft.sum / ttft.count : null,
    ttftP95: quantile(ttft, 0.95),
  };
}
