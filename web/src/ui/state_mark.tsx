// A state by colour, shape and word: colour alone is not for everybody's eyes.
import type { JSX } from "preact";

const kKinds: Record<string, string> = {
  ready: "good",
  progressing: "busy",
  loading: "busy",
  degraded: "bad",
  failed: "bad",
};

export function StateMark(props: { state: string; quiet?: boolean }): JSX.Element {
  const kind = kKinds[props.state.toLowerCase()] ?? "other";
  return (
    <span class={`state ${kind}`}>
      <svg viewBox="0 0 8 8" aria-hidden="true">
        {kind === "bad" ? <path d="M4 .5L7.6 7.2H.4z" /> : <circle cx={4} cy={4} r={3.2} />}
      </svg>
      <span class={props.quiet ? "off-screen" : ""}>{props.state}</span>
    </span>
  );
}
