// A trace as rows of a waterfall: how deep each step nests, where its bar begins and ends. Pure.
import type { Trace, TraceStep, Usage } from "../api/types";
import { count, micros, shortened } from "../ui/format";

export interface TraceRow {
  step: TraceStep;
  depth: number;
  /** Parts of the whole, 0 to 1. */
  begin: number;
  length: number;
  summary: string;
}

export function totalMicros(steps: TraceStep[]): number {
  return Math.max(1, ...steps.map((step) => step.start_us + step.duration_us));
}

const kNames: Record<string, string> = {
  check_input: "Check the question",
  memory: "Read memory",
  standalone: "Standalone question",
  check_topic: "Check the topic",
  search: "Search",
  rerank: "Rerank",
  prompt: "Build the prompt",
  model: "Model",
  tool: "Tool",
  citations: "Check citations",
  remember: "Remember",
  decision: "Decision",
};

export function stepName(step: TraceStep): string {
  return kNames[step.step] ?? step.step.replaceAll("_", " ");
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** What a step did, in a few words. */
export function stepSummary(step: TraceStep): string {
  switch (step.step) {
    case "search":
      return `${lengthOf(step.found)} passages`;
    case "standalone":
      return step.question ? shortened(String(step.question), 80) : "";
    case "prompt":
      return `${lengthOf(step.messages)} messages, ${Number(step.passages ?? 0)} passages`;
    case "model":
      return `${count(Number(step.prompt_tokens ?? 0))} + ${count(Number(step.completion_tokens ?? 0))} tokens`;
    case "tool":
      return `${String(step.tool ?? "")}${step.ok === false ? " failed" : ""}`;
    case "decision":
      return `${String(step.decision ?? "")}: ${String(step.reason ?? "")}`;
    case "memory":
      return `${String(step.from ?? "")}, ${Number(step.used ?? 0)} messages used`;
    case "citations":
      return `${lengthOf(step.cited)} cited, ${lengthOf(step.dropped)} dropped`;
    default: {
      const findings = lengthOf(step.findings);
      return findings > 0 ? `${findings} findings` : "";
    }
  }
}

/** A step lies within those before it that have not ended when it begins. */
export function traceRows(trace: Trace): TraceRow[] {
  const total = totalMicros(trace.steps);
  const open: TraceStep[] = [];
  return trace.steps.map((step) => {
    const ends = (outer: TraceStep) => outer.start_us + outer.duration_us;
    while (open.length > 0 && ends(open.at(-1) as TraceStep) < step.start_us + step.duration_us) {
      open.pop();
    }
    const depth = open.length;
    open.push(step);
    return {
      step,
      depth,
      begin: step.start_us / total,
      length: step.duration_us / total,
      summary: stepSummary(step),
    };
  });
}

/** Micro-dollars, where the server knows a price. */
export function costOf(trace: Trace): string {
  const usage = trace.usage as Record<string, unknown> | undefined;
  const cost = usage?.cost_micro_dollars ?? trace.cost_micro_dollars;
  return typeof cost === "number" ? `$${(cost / 1e6).toFixed(6)}` : "";
}

export function figuresOf(trace: Trace, usage: Usage | null): [string, string][] {
  const model = trace.steps.find((step) => typeof step.first_text_us === "number");
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  const cost = costOf(trace);
  const figures: [string, string][] = [["Time", micros(totalMicros(trace.steps))]];
  if (model) figures.push(["First text", micros(Number(model.first_text_us))]);
  if (usage) {
    figures.push(["Prompt tokens", count(usage.prompt_tokens)]);
    figures.push(["Answer tokens", count(usage.completion_tokens)]);
    figures.push(["From the cache", count(cached)]);
  }
  if (cost) figures.push(["Cost", cost]);
  return figures;
}
