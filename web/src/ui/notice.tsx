// What went wrong, or is worth knowing, in plain words and with what to do.
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icon";

export function Notice(props: {
  kind: "error" | "info";
  text: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`notice ${props.kind}`} role={props.kind === "error" ? "alert" : "status"}>
      <Icon name={props.kind === "error" ? "warn" : "help"} />
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}

/** In place of a list that has nothing. */
export function Empty(props: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}
