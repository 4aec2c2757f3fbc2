// Files on their way into a knowledge base, one after the other.
import { errorText, isAbort } from "../api/client";
import { ingest } from "../api/knowledge";
import type { IngestProgress, IngestReport } from "../api/types";
import { Store } from "../ui/store";

export interface Upload {
  id: number;
  name: string;
  state: "waiting" | "running" | "done" | "failed" | "stopped";
  progress: IngestProgress | null;
  report: IngestReport | null;
  error: string;
}

type Ingest = typeof ingest;

export class IngestStore extends Store<Upload[]> {
  private last = 0;
  private queue: Promise<void> = Promise.resolve();
  private readonly controls = new Map<number, AbortController>();

  constructor(
    private readonly base: string,
    private readonly onDone: () => void,
    private readonly send: Ingest = ingest,
  ) {
    super([]);
  }

  /** Ends when all of them are in. */
  add(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      this.last += 1;
      const id = this.last;
      const upload: Upload = {
        id,
        name: file.name,
        state: "waiting",
        progress: null,
        report: null,
        error: "",
      };
      this.set([...this.value, upload]);
      const control = new AbortController();
      this.controls.set(id, control);
      this.queue = this.queue.then(() => this.run(id, file, control.signal));
    }
    return this.queue;
  }

  stop(id: number): void {
    this.controls.get(id)?.abort();
  }

  private async run(id: number, file: File, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return this.change(id, { state: "stopped" });
    this.change(id, { state: "running" });
    try {
      const report = await this.send(
        this.base,
        file,
        (progress) => this.change(id, { progress }),
        signal,
      );
      this.change(id, { state: "done", report });
    } catch (error) {
      this.change(
        id,
        isAbort(error) ? { state: "stopped" } : { state: "failed", error: errorText(error) },
      );
    }
    this.controls.delete(id);
    this.onDone();
  }

  private change(id: number, part: Partial<Upload>): void {
    this.set(this.value.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)));
  }
}
