import type { JSX } from "preact";
import { Dialog } from "./dialog";
import type { Shortcut } from "./shortcuts";

const kElsewhere = [
  ["Enter", "send the question"],
  ["Shift Enter", "break the line"],
  ["↑ ↓", "walk the steps of a trace"],
];

export function HelpDialog(props: { shortcuts: Shortcut[]; onClose: () => void }): JSX.Element {
  const shown = props.shortcuts.map((one) => [one.face ?? one.key, one.what]);
  return (
    <Dialog title="Keyboard shortcuts" onClose={props.onClose}>
      <dl class="keys">
        {[...shown, ...kElsewhere].map(([key, what]) => (
          <div key={`${key} ${what}`}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions">
        <span class="grow" />
        <button type="button" class="button primary" onClick={props.onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
