// Files dropped or chosen, and how far each has come.
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { bytes, plural } from "../ui/format";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { useStore } from "../ui/store";
import { IngestStore, type Upload } from "./ingest_store";

const kProblemsShown = 20;

function reportText(upload: Upload): string {
  const { report, progress } = upload;
  if (upload.state === "waiting") return "waiting";
  if (upload.state === "stopped") return "stopped; what was taken in before stays";
  if (upload.state === "failed") return "failed";
  if (upload.state === "running") {
    if (!progress) return "sending";
    const sizes = `${bytes(progress.done_bytes)} of ${bytes(progress.total_bytes)}`;
    return `${plural(progress.documents, "document")} · ${sizes}`;
  }
  if (!report) return "done";
  const parts = [
    [report.added, "added"],
    [report.changed, "changed"],
    [report.unchanged, "unchanged"],
    [report.deleted, "deleted"],
    [report.problems.length, "skipped"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.join(" · ") || "nothing in it";
}

function UploadRow(props: { upload: Upload; onStop: () => void }): JSX.Element {
  const { upload } = props;
  const { progress } = upload;
  const part =
    progress && progress.total_bytes > 0 ? progress.done_bytes / progress.total_bytes : 0;
  const active = upload.state === "running" || upload.state === "waiting";
  const problems = upload.report?.problems ?? [];
  return (
    <li class={`upload ${upload.state}`}>
      <div class="upload-head">
        <b>{upload.name}</b>
        <span class="quiet" role="status">
          {reportText(upload)}
        </span>
        <span class="grow" />
        {active && (
          <button
            type="button"
            class="tool"
            aria-label={`Stop ${upload.name}`}
            onClick={props.onStop}
          >
            <Icon name="stop" />
          </button>
        )}
      </div>
      {active && <progress max={1} value={part} aria-label={`Progress of ${upload.name}`} />}
      {upload.error && <Notice kind="error" text={upload.error} />}
      {problems.length > 0 && (
        <details class="problems">
          <summary>{plural(problems.length, "part")} left out, and why</summary>
          <ul>
            {problems.slice(0, kProblemsShown).map((problem, i) => (
              <li key={i}>
                <code>{problem.place}</code> {problem.message}
              </li>
            ))}
            {problems.length > kProblemsShown && (
              <li>and {problems.length - kProblemsShown} more</li>
            )}
          </ul>
        </details>
      )}
    </li>
  );
}

export function DropZone(props: { name: string; onDone: () => void }): JSX.Element {
  const done = useRef(props.onDone);
  done.current = props.onDone;
  const store = useMemo(() => new IngestStore(props.name, () => done.current()), [props.name]);
  const uploads = useStore(store);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined) => {
    if (files) void store.add(Array.from(files));
  };

  return (
    <section class="card" aria-label="Add documents">
      <div
        class={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer?.files);
        }}
      >
        <Icon name="upload" />
        <p>
          Drop files here, or{" "}
          <button type="button" class="link" onClick={() => input.current?.click()}>
            choose files
          </button>
          <small class="quiet">CSV, TSV, JSONL, Markdown, HTML, PDF, text</small>
        </p>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files"
          onChange={(event) => {
            take(event.currentTarget.files);
            event.currentTarget.value = ""; // the same file may be chosen again
          }}
        />
      </div>
      {uploads.length > 0 && (
        <ul class="uploads" aria-label="Files taken in">
          {uploads.map((upload) => (
            <UploadRow key={upload.id} upload={upload} onStop={() => store.stop(upload.id)} />
          ))}
        </ul>
      )}
    </section>
  );
}
