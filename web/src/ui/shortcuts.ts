// Keys that work anywhere but in a field. The list is what "?" shows.
import { useEffect, useRef } from "preact/hooks";

export interface Shortcut {
  key: string;
  /** As it is shown, where the key has no face of its own. */
  face?: string;
  what: string;
  run: () => void;
  /** In a field too. */
  everywhere?: boolean;
}

function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export function findShortcut(
  list: Shortcut[],
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "target">,
): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const found = list.find((one) => one.key.toLowerCase() === event.key.toLowerCase());
  if (!found || (inField(event.target) && !found.everywhere)) return null;
  return found;
}

export function useShortcuts(list: Shortcut[]): void {
  const current = useRef(list);
  current.current = list;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // A dialog, or whoever was nearer, has the key.
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const found = findShortcut(current.current, event);
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
