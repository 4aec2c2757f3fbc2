// Models and adapters: what they are, and what they do at this moment.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { listModels } from "../api/assistants";
import { errorText } from "../api/client";
import type { ModelInfo } from "../api/types";
import { bytes, count, figure, millis, plural } from "../ui/format";
import { Empty, Notice } from "../ui/notice";
import { useStore } from "../ui/store";
import type { MetricsStore, ModelSeries } from "./metrics_store";
import { Plot } from "./plot";
import type { Point } from "./reading";

function task(info: ModelInfo): string {
  if (info.argosy?.reranks) return "rerank";
  if (info.argosy?.embeds && !info.argosy.generates) return "embedding";
  return info.argosy ? "chat" : "assistant";
}

function facts(info: ModelInfo): string {
  const about = info.argosy;
  return [
    about?.architecture,
    about?.weight_bytes ? bytes(about.weight_bytes) : "",
    info.max_model_len ? `${count(info.max_model_len)} tokens of context` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function seconds(value: number): string {
  return millis(value * 1000);
}

function Plots(props: { series: ModelSeries }): JSX.Element {
  const { points, latest, ttftEver } = props.series;
  const of = (pick: (point: Point) => number | null) => points.map(pick);
  return (
    <div class="plots">
      <Plot
        title="Tokens per second"
        series={[
          { name: "out", values: of((p) => p.tokensPerSecond) },
          { name: "in", values: of((p) => p.promptPerSecond) },
        ]}
        format={figure}
        least={10}
        idle="–"
      />
      <Plot
        title="Time to first token"
        series={[
          { name: "mean", values: of((p) => p.ttftMean) },
          { name: "p95", values: of((p) => p.ttftP95) },
        ]}
        format={seconds}
        least={0.01}
        idle={ttftEver === null ? "–" : seconds(ttftEver)}
      />
      <Plot
        title="Requests"
        series={[
          { name: "running", values: [...of((p) => p.running).slice(0, -1), latest.running] },
          { name: "waiting", values: [...of((p) => p.waiting).slice(0, -1), latest.waiting] },
        ]}
        format={(value) => String(Math.round(value))}
        least={4}
        idle="0"
      />
      <Plot
        title="KV cache in use"
        series={[{ name: "used", values: [...of((p) => p.kvUse).slice(0, -1), latest.kvUse] }]}
        format={(value) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)}%`}
        least={1}
        top={1}
        idle="0%"
      />
    </div>
  );
}

function ModelCard(props: {
  info: ModelInfo;
  adapters: ModelInfo[];
  series: ModelSeries | undefined;
}): JSX.Element {
  const { info, adapters, series } = props;
  return (
    <section class="card model" aria-label={`Model ${info.id}`}>
      <header>
        <h2>{info.id}</h2>
        <span class="badge">{task(info)}</span>
        <small class="quiet">{facts(info)}</small>
        <span class="grow" />
        {series && (
          <small class="quiet">
            {count(series.latest.generated)} tokens in {plural(series.latest.finished, "request")}
          </small>
        )}
      </header>
      {info.argosy?.warning && <Notice kind="info" text={info.argosy.warning} />}
      {series ? <Plots series={series} /> : <p class="quiet">No metrics of this model.</p>}
      {adapters.length > 0 && (
        <ul class="adapters" aria-label="Adapters">
          {adapters.map((adapter) => (
            <li key={adapter.id}>
              <b>{adapter.id}</b>
              <small class="quiet">
                LoRA adapter
                {adapter.argosy?.lora_rank ? ` of rank ${adapter.argosy.lora_rank}` : ""} ·{" "}
                {adapter.root}
              </small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function ModelsPage(props: { metrics: MetricsStore }): JSX.Element {
  const metrics = useStore(props.metrics);
  const [models, setModels] = useState<ModelInfo[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => props.metrics.watch(), [props.metrics]);
  useEffect(() => {
    listModels().then(setModels, (failed: unknown) => setError(errorText(failed)));
  }, []);

  const bases = models?.filter((info) => !info.parent && task(info) !== "assistant") ?? [];
  return (
    <div class="page">
      <h1>Models</h1>
      {error && <Notice kind="error" text={error} />}
      {metrics.error && <Notice kind="error" text={`/metrics: ${metrics.error}`} />}
      {models && bases.length === 0 && (
        <Empty title="No model is loaded">
          <p>Declare a Model in the application's file, or run argosy serve with one.</p>
        </Empty>
      )}
      {bases.map((info) => (
        <ModelCard
          key={info.id}
          info={info}
          adapters={models?.filter((one) => one.parent === info.id) ?? []}
          series={metrics.models.get(info.id)}
        />
      ))}
    </div>
  );
}
