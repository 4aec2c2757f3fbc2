// All that one step tells: its prompt, the passages that it found, what its checks found, the rest.
import type { JSX } from "preact";
import type { Citation, TraceStep } from "../api/types";
import { CopyButton } from "../ui/copy_button";
import { Fields } from "../ui/fields";
import { micros } from "../ui/format";
import { stepName } from "./trace_rows";

type Row = Record<string, unknown>;

function rows(value: unknown): Row[] {
  return Array.isArray(value)
    ? (value.filter((one) => one && typeof one === "object") as Row[])
    : [];
}

function Messages(props: { messages: Row[] }): JSX.Element | null {
  if (props.messages.length === 0) return null;
  return (
    <section aria-label="Prompt">
      <h3>Prompt</h3>
      {props.messages.map((message, i) => {
        const text =
          typeof message.content === "string" ? message.content : JSON.stringify(message, null, 2);
        return (
          <div class="code-block" key={i}>
            <div class="code-head">
              <span>{String(message.role ?? "message")}</span>
              <CopyButton text={text} label="Copy message" />
            </div>
            <pre tabIndex={0}>{text}</pre>
          </div>
        );
      })}
    </section>
  );
}

function Passages(props: { found: Row[]; citations: Citation[] }): JSX.Element | null {
  if (props.found.length === 0) return null;
  const textOf = (id: unknown) => props.citations.find((one) => one.id === id);
  return (
    <section aria-label="Retrieved passages">
      <h3>Retrieved passages</h3>
      <ol class="found">
        {props.found.map((passage) => {
          const cited = textOf(passage.id);
          return (
            <li key={String(passage.id)}>
              <div>
                <b>{String(passage.title || passage.id)}</b>
                {cited && <span class="badge accent">cited as {cited.number}</span>}
                <span class="grow" />
                <span class="mono">{Number(passage.score ?? 0).toFixed(4)}</span>
              </div>
              <code>{String(passage.source ?? "")}</code>
              {cited?.text && <p>{cited.text}</p>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Findings(props: { findings: Row[] }): JSX.Element | null {
  if (props.findings.length === 0) return null;
  return (
    <section aria-label="Findings">
      <h3>Findings of the checks</h3>
      <ul>
        {props.findings.map((finding, i) => (
          <li key={i}>
            <b>{String(finding.check)}</b> in {String(finding.where)}: {String(finding.what)}{" "}
            <span class="badge warn">{String(finding.action)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const kShownApart = ["step", "start_us", "duration_us", "messages", "found", "findings"];

export function StepDetail(props: { step: TraceStep; citations: Citation[] }): JSX.Element {
  const { step } = props;
  return (
    <section class="card step-detail" aria-label={`Step ${stepName(step)}`}>
      <header>
        <h2>{stepName(step)}</h2>
        <small class="quiet">
          began after {micros(step.start_us)}, took {micros(step.duration_us)}
        </small>
      </header>
      <Fields values={step} hide={kShownApart} />
      <Findings findings={rows(step.findings)} />
      <Passages found={rows(step.found)} citations={props.citations} />
      <Messages messages={rows(step.messages)} />
    </section>
  );
}
