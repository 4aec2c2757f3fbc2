import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon";

/** Plain http on another machine's address has no clipboard API; an old way still works there. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

export function CopyButton(props: { text: string; label: string }): JSX.Element {
  const [outcome, setOutcome] = useState<"" | "Copied" | "Not copied">("");
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(""), 1600);
    return () => clearTimeout(timer);
  }, [outcome]);
  const onClick = async () => setOutcome((await copy(props.text)) ? "Copied" : "Not copied");
  return (
    <button
      type="button"
      class="tool"
      title={props.label}
      aria-label={props.label}
      onClick={onClick}
    >
      <Icon name={outcome === "Copied" ? "check" : "copy"} />
      <span aria-live="polite">{outcome}</span>
    </button>
  );
}
