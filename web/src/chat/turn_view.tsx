// One question with its answer, its sources and what can be done with it.
import type { JSX } from "preact";
import type { Citation } from "../api/types";
import { Markdown } from "../markdown/markdown";
import { CopyButton } from "../ui/copy_button";
import { count, millis } from "../ui/format";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { isRunning, type Turn, tokensPerSecond } from "./turn";

export interface TurnViewProps {
  turn: Turn;
  last: boolean;
  open: number | null;
  onCitation: (turn: Turn, number: number) => void;
  onRetry: () => void;
  onTrace: (turn: Turn) => void;
}

function Figures(props: { turn: Turn }): JSX.Element | null {
  const { turn } = props;
  if (!turn.usage || turn.totalMs === null) return null;
  const rate = tokensPerSecond(turn);
  const parts = [
    `${count(turn.usage.prompt_tokens)} + ${count(turn.usage.completion_tokens)} tokens`,
    turn.firstMs === null ? "" : `first after ${millis(turn.firstMs)}`,
    rate === null ? "" : `${rate.toFixed(1)} tokens/s`,
    turn.finish === "length" ? "cut at the token limit" : "",
  ];
  return <span class="figures">{parts.filter(Boolean).join(" · ")}</span>;
}

function Sources(props: {
  citations: Citation[];
  open: number | null;
  onOpen: (number: number) => void;
}): JSX.Element | null {
  if (props.citations.length === 0) return null;
  return (
    <ul class="sources" aria-label="Sources">
      {props.citations.map((citation) => (
        <li key={citation.number}>
          <button
            type="button"
            class="source"
            aria-expanded={props.open === citation.number}
            title={citation.source}
            onClick={() => props.onOpen(citation.number)}
          >
            <b>{citation.number}</b>
            <span>{citation.title || citation.source}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Badges(props: { turn: Turn }): JSX.Element | null {
  const { turn } = props;
  if (turn.refused) return <span class="badge warn">Refused by a guardrail</span>;
  if (turn.unknown) return <span class="badge">Nothing fitting was found</span>;
  if (turn.status === "stopped") return <span class="badge">Stopped</span>;
  return null;
}

function Actions(props: TurnViewProps): JSX.Element {
  const { turn } = props;
  return (
    <div class="actions">
      <Badges turn={turn} />
      {turn.answer && <CopyButton text={turn.answer} label="Copy answer" />}
      {props.last && turn.question && (
        <button
          type="button"
          class="tool"
          title="Ask again (R)"
          aria-label="Retry"
          onClick={props.onRetry}
        >
          <Icon name="retry" />
        </button>
      )}
      {turn.trace && (
        <button
          type="button"
          class="tool"
          title="How this answer came to be (T)"
          aria-label="Trace"
          onClick={() => props.onTrace(turn)}
        >
          <Icon name="trace" />
        </button>
      )}
      <Figures turn={turn} />
    </div>
  );
}

export function TurnView(props: TurnViewProps): JSX.Element {
  const { turn } = props;
  const open = (number: number) => props.onCitation(turn, number);
  return (
    <article class="turn" aria-busy={isRunning(turn)}>
      {turn.question && (
        <div class="question">
          <span class="off-screen">You asked: </span>
          {turn.question}
        </div>
      )}
      <div class={`answer ${turn.status}`}>
        {turn.reasoning && (
          <details class="reasoning" open={turn.status === "waiting"}>
            <summary>Reasoning</summary>
            <p>{turn.reasoning}</p>
          </details>
        )}
        {turn.status === "waiting" && !turn.reasoning && (
          <p class="waiting" role="status">
            <i />
            <i />
            <i />
            <span class="off-screen">Waiting for the answer</span>
          </p>
        )}
        {turn.answer && <Markdown text={turn.answer} onCitation={open} />}
        {turn.error && <Notice kind="error" text={turn.error} />}
        <Sources citations={turn.citations} open={props.open} onOpen={open} />
        {!isRunning(turn) && <Actions {...props} />}
      </div>
    </article>
  );
}
