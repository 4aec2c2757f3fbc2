// How one answer came to be: a waterfall of its steps, and the chosen step in full.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ChatStore } from "../chat/chat_store";
import type { Turn } from "../chat/turn";
import { micros, shortened } from "../ui/format";
import { Empty } from "../ui/notice";
import { useStore } from "../ui/store";
import { StepDetail } from "./step_detail";
import { figuresOf, stepName, type TraceRow, traceRows } from "./trace_rows";

function Bar(props: { row: TraceRow }): JSX.Element {
  const { begin, length } = props.row;
  return (
    <svg class="bar-track" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect x={begin * 100} width={Math.max(length * 100, 0.4)} height={8} rx={0.6} />
    </svg>
  );
}

function Waterfall(props: {
  rows: TraceRow[];
  chosen: number;
  onChoose: (index: number) => void;
}): JSX.Element {
  const { rows, chosen, onChoose } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const next = chosen + by;
    if (by === 0 || next < 0 || next >= rows.length) return;
    event.preventDefault();
    onChoose(next);
    document.getElementById(`step-${next}`)?.focus();
  };
  return (
    <div class="waterfall" role="listbox" aria-label="Steps" onKeyDown={onKeyDown}>
      {rows.map((row, i) => (
        <button
          key={i}
          id={`step-${i}`}
          type="button"
          role="option"
          aria-selected={i === chosen}
          tabIndex={i === chosen ? 0 : -1}
          class={`step depth-${Math.min(row.depth, 3)} kind-${row.step.step}`}
          onClick={() => onChoose(i)}
        >
          <span class="step-name">{stepName(row.step)}</span>
          <span class="step-summary">{row.summary}</span>
          <Bar row={row} />
          <span class="step-time">{micros(row.step.duration_us)}</span>
        </button>
      ))}
    </div>
  );
}

function longest(rows: TraceRow[]): number {
  const times = rows.map((row) => row.step.duration_us);
  return Math.max(0, times.indexOf(Math.max(...times)));
}

function TraceView(props: { turn: Turn }): JSX.Element | null {
  const { turn } = props;
  const { trace } = turn;
  const rows = useMemo(() => (trace ? traceRows(trace) : []), [trace]);
  const [chosen, setChosen] = useState(0);
  useEffect(() => setChosen(longest(rows)), [rows]);
  if (!trace) return null;
  const row = rows[chosen];
  return (
    <>
      <section class="card" aria-label="Steps of the answer">
        <dl class="figures-row">
          {figuresOf(trace, turn.usage).map(([name, text]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <Waterfall rows={rows} chosen={chosen} onChoose={setChosen} />
      </section>
      {row && <StepDetail step={row.step} citations={turn.citations} />}
    </>
  );
}

export function TracePage(props: { store: ChatStore; chosen: string }): JSX.Element {
  const { turns } = useStore(props.store);
  const traced = turns.filter((turn) => turn.trace);
  const turn = traced.find((one) => String(one.id) === props.chosen) ?? traced.at(-1);
  return (
    <div class="page">
      <h1>Trace</h1>
      {!turn && (
        <Empty title="No answer to look into">
          <p>
            Ask an assistant in the <a href="#/chat">chat</a>; each answer keeps its trace while the
            page is open.
          </p>
        </Empty>
      )}
      {turn && (
        <label class="pick">
          <span>Answer to</span>
          <select
            aria-label="Answer"
            value={String(turn.id)}
            onChange={(event) => {
              location.hash = `#/trace/${event.currentTarget.value}`;
            }}
          >
            {traced.map((one) => (
              <option key={one.id} value={String(one.id)}>
                {shortened(one.question, 90)}
              </option>
            ))}
          </select>
        </label>
      )}
      {turn && <TraceView key={turn.id} turn={turn} />}
    </div>
  );
}
