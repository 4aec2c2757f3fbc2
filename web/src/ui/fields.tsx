// Names and values: a row's columns, a step's notes.
import type { JSX } from "preact";
import { value } from "./format";

export function Fields(props: {
  values: Record<string, unknown>;
  hide?: string[];
}): JSX.Element | null {
  const shown = Object.entries(props.values).filter(([name]) => !props.hide?.includes(name));
  if (shown.length === 0) return null;
  return (
    <dl class="fields">
      {shown.map(([name, of]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value(of)}</dd>
        </div>
      ))}
    </dl>
  );
}
