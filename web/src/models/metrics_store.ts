// The last five minutes of /metrics, looked at every two seconds while a page wants them.
import { errorText, request } from "../api/client";
import { Store } from "../ui/store";
import { parsePrometheus } from "./prometheus";
import { between, type Point, type Reading, readModels } from "./reading";

export const kPeriodMs = 2000;
export const kMostPoints = 150;

export interface ModelSeries {
  points: Point[];
  latest: Reading;
  /** Of all requests since the server's start, for when none came of late. */
  ttftEver: number | null;
}

export interface MetricsState {
  models: Map<string, ModelSeries>;
  error: string;
  at: number | null;
}

export class MetricsStore extends Store<MetricsState> {
  private watchers = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly fetchText: () => Promise<string> = fetchMetrics) {
    super({ models: new Map(), error: "", at: null });
  }

  /** Looks until the function that comes back is called. */
  watch(): () => void {
    this.watchers += 1;
    if (this.watchers === 1) void this.loop();
    return () => {
      this.watchers -= 1;
      if (this.watchers === 0) clearTimeout(this.timer);
    };
  }

  private async loop(): Promise<void> {
    if (!document.hidden) await this.look(Date.now);
    if (this.watchers > 0) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.loop(), kPeriodMs);
    }
  }

  async look(now: () => number): Promise<void> {
    try {
      const text = await this.fetchText();
      this.take(readModels(parsePrometheus(text)), now());
    } catch (error) {
      this.update({ error: errorText(error) });
    }
  }

  private take(readings: Map<string, Reading>, at: number): void {
    const before = this.value;
    const models = new Map<string, ModelSeries>();
    for (const [name, latest] of readings) {
      const old = before.models.get(name);
      const point = old && before.at !== null ? between(old.latest, latest, before.at, at) : null;
      const points = point ? [...(old?.points ?? []), point].slice(-kMostPoints) : [];
      const { count, sum } = latest.ttft;
      models.set(name, { points, latest, ttftEver: count > 0 ? sum / count : null });
    }
    this.set({ models, error: "", at });
  }
}

async function fetchMetrics(): Promise<string> {
  return (await request("metrics")).text();
}
