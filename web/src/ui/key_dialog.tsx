// Asks for the API key, when the server wants one or when somebody presses "Key".
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { apiKey, setApiKey, setAsker } from "../api/key";
import { Dialog } from "./dialog";
import { Notice } from "./notice";

export interface Asking {
  wrong: boolean;
  answer: (key: string | null) => void;
}

/** What the page is being asked, if anything. */
export function useKeyAsking(): [Asking | null, (asking: Asking | null) => void] {
  const [asking, setAsking] = useState<Asking | null>(null);
  useEffect(() => {
    setAsker(
      (wrong) =>
        new Promise((resolve) => {
          const answer = (key: string | null) => {
            setAsking(null);
            resolve(key);
          };
          setAsking({ wrong, answer });
        }),
    );
  }, []);
  return [asking, setAsking];
}

export function KeyDialog(props: { asking: Asking }): JSX.Element {
  const { wrong, answer } = props.asking;
  const [key, setKey] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (key.trim()) answer(key.trim());
  };
  const forget = () => {
    setApiKey("");
    answer(null);
  };
  return (
    <Dialog title="API key" onClose={() => answer(null)}>
      <form onSubmit={submit}>
        {wrong && <Notice kind="error" text="The server did not take the key. Try another one." />}
        <p class="quiet">
          This server answers only with a key. It is kept until this tab is closed.
        </p>
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-label="API key"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <div class="dialog-actions">
          {apiKey() && (
            <button type="button" class="button" onClick={forget}>
              Forget
            </button>
          )}
          <span class="grow" />
          <button type="button" class="button" onClick={() => answer(null)}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={!key.trim()}>
            Use key
          </button>
        </div>
      </form>
    </Dialog>
  );
}
