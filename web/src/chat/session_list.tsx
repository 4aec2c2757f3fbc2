// Earlier conversations: open one, delete one, begin a new one.
import type { JSX } from "preact";
import { ago } from "../ui/format";
import { Icon } from "../ui/icon";
import type { SessionRow } from "./conversations";

export interface SessionListProps {
  sessions: SessionRow[];
  current: string | null;
  onOpen: (id: string) => void;
  onRemove: (id: string) => void;
  onNew: () => void;
}

export function SessionList(props: SessionListProps): JSX.Element {
  const now = Date.now();
  return (
    <nav class="sessions" aria-label="Conversations">
      <button type="button" class="button wide" onClick={props.onNew} title="New chat (N)">
        <Icon name="plus" />
        New chat
      </button>
      {props.sessions.length === 0 && <p class="quiet">No conversations yet.</p>}
      <ul>
        {props.sessions.map((row) => (
          <li key={row.id} class={row.id === props.current ? "current" : ""}>
            <button
              type="button"
              class="session"
              aria-current={row.id === props.current ? "true" : undefined}
              onClick={() => props.onOpen(row.id)}
            >
              <span>{row.title}</span>
              <small>{ago(row.used, now)}</small>
            </button>
            <button
              type="button"
              class="tool remove"
              aria-label={`Delete conversation ${row.title}`}
              title="Delete"
              onClick={() => props.onRemove(row.id)}
            >
              <Icon name="trash" />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
