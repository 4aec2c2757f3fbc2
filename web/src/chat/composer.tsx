// Where the question is typed. Enter sends, Shift+Enter breaks the line.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon";

export interface ComposerProps {
  busy: boolean;
  disabled: boolean;
  placeholder: string;
  onSend: (text: string) => void;
  onStop: () => void;
}

export function Composer(props: ComposerProps): JSX.Element {
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);

  // It grows with its text, up to the height that the style allows.
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);

  const send = () => {
    if (props.busy || props.disabled || !text.trim()) return;
    props.onSend(text);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // An input method's Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        id="question"
        ref={area}
        rows={1}
        value={text}
        disabled={props.disabled}
        placeholder={props.placeholder}
        aria-label="Message"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {props.busy ? (
        <button type="button" class="send stop" onClick={props.onStop} aria-label="Stop">
          <Icon name="stop" />
        </button>
      ) : (
        <button
          type="submit"
          class="send"
          disabled={props.disabled || !text.trim()}
          aria-label="Send"
        >
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}
