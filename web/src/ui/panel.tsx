// A side panel: beside the page where there is room, over it on a phone. Escape closes it, and the
// focus goes back to what opened it.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

export function Panel(props: {
  title: string;
  label: string;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const closer = useRef<HTMLButtonElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;

  useEffect(() => {
    const opener = document.activeElement;
    closer.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the page's own Escape stops the answer
      close.current();
    };
    document.addEventListener("keydown", onKey, true);
    return () => {
      document.removeEventListener("keydown", onKey, true);
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  return (
    <aside class="panel" aria-label={props.label}>
      <header>
        <h2>{props.title}</h2>
        <button
          type="button"
          class="tool"
          ref={closer}
          aria-label="Close"
          title="Close (Esc)"
          onClick={props.onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body">{props.children}</div>
    </aside>
  );
}
