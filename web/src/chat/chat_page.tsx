// The chat: conversations at the left, turns in the middle, a cited passage at the right.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon";
import { Empty, Notice } from "../ui/notice";
import { useStore } from "../ui/store";
import { type ChatState, type ChatStore, type Target, targetName } from "./chat_store";
import { CitationPanel } from "./citation_panel";
import { Composer } from "./composer";
import { SessionList } from "./session_list";
import type { Turn } from "./turn";
import { TurnView } from "./turn_view";

interface OpenCitation {
  turn: number;
  number: number;
}

function Picker(props: { state: ChatState; store: ChatStore }): JSX.Element {
  const { targets, target } = props.state;
  const options = (kind: Target["kind"]) =>
    targets
      .filter((one) => one.kind === kind)
      .map((one) => (
        <option key={targetName(one)} value={targetName(one)}>
          {(one.kind === "assistant" && one.info.ui?.title) || one.id}
        </option>
      ));
  return (
    <select
      aria-label="Assistant or model"
      value={target ? targetName(target) : ""}
      onChange={(event) => {
        const chosen = targets.find((one) => targetName(one) === event.currentTarget.value);
        if (chosen) void props.store.choose(chosen);
      }}
    >
      {targets.some((one) => one.kind === "assistant") && (
        <optgroup label="Assistants">{options("assistant")}</optgroup>
      )}
      {targets.some((one) => one.kind === "model") && (
        <optgroup label="Models">{options("model")}</optgroup>
      )}
    </select>
  );
}

function Welcome(props: { target: Target; onAsk: (text: string) => void }): JSX.Element {
  const { target } = props;
  const ui = target.kind === "assistant" ? target.info.ui : undefined;
  const about =
    target.kind === "assistant"
      ? target.info.description || "Answers with the sources that it used."
      : "A plain model: it answers from its weights alone, without sources.";
  return (
    <div class="welcome">
      <h2>{ui?.greeting || `Ask ${target.id}`}</h2>
      <p class="quiet">{about}</p>
      {ui?.suggestions && ui.suggestions.length > 0 && (
        <ul class="suggestions" aria-label="Suggestions">
          {ui.suggestions.map((text) => (
            <li key={text}>
              <button type="button" onClick={() => props.onAsk(text)}>
                {text}
                <Icon name="chevron" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Stays at the end while an answer grows, unless the reader has scrolled up. */
function useFollow(turns: Turn[]): preact.RefObject<HTMLDivElement> {
  const log = useRef<HTMLDivElement>(null);
  const length = turns.length;
  const following = useRef(true);
  useEffect(() => {
    const element = log.current;
    if (!element) return;
    const onScroll = () => {
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, []);
  useEffect(() => {
    following.current = true;
  }, [length]);
  useEffect(() => {
    if (following.current) log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [turns]);
  return log;
}

function noTargets(state: ChatState): JSX.Element {
  if (!state.loaded) return <p class="quiet pad">Loading…</p>;
  if (state.error) return <Notice kind="error" text={state.error} />;
  return (
    <Empty title="There is nothing to talk to">
      <p>Declare a Model or an Assistant in the application's file, and it appears here.</p>
    </Empty>
  );
}

export function ChatPage(props: { store: ChatStore; onTrace: (turn: Turn) => void }): JSX.Element {
  const { store } = props;
  const state = useStore(store);
  const [open, setOpen] = useState<OpenCitation | null>(null);
  const [listed, setListed] = useState(false);
  const log = useFollow(state.turns);
  useEffect(() => setOpen(null), [state.session, state.target]);

  const turn = open && state.turns.find((one) => one.id === open.turn);
  const citation = turn?.citations.find((one) => one.number === open?.number);
  const send = (text: string) => void store.send(text);
  const leave = (run: () => void) => () => {
    setListed(false);
    run();
  };

  return (
    <div class={`chat ${listed ? "listed" : ""}`}>
      <SessionList
        sessions={state.sessions}
        current={state.session}
        onNew={leave(() => store.startNew())}
        onOpen={(id) => leave(() => void store.openSession(id))()}
        onRemove={(id) => void store.removeSession(id)}
      />
      <section class="conversation" aria-label="Conversation">
        <header class="bar">
          <button
            type="button"
            class="tool narrow"
            aria-label="Conversations"
            aria-expanded={listed}
            onClick={() => setListed(!listed)}
          >
            <Icon name="menu" />
          </button>
          <h1 class="off-screen">Chat</h1>
          <Picker state={state} store={store} />
          <span class="grow" />
          <button
            type="button"
            class="tool narrow"
            aria-label="New chat"
            onClick={leave(() => store.startNew())}
          >
            <Icon name="plus" />
          </button>
        </header>
        <div class="log" ref={log} role="log" aria-live="polite" tabIndex={0} aria-label="Messages">
          {!state.target && noTargets(state)}
          {state.target && state.turns.length === 0 && !state.session && (
            <Welcome target={state.target} onAsk={send} />
          )}
          {state.turns.map((one, i) => (
            <TurnView
              key={one.id}
              turn={one}
              last={i === state.turns.length - 1}
              open={open?.turn === one.id ? open.number : null}
              onCitation={(of, number) => setOpen({ turn: of.id, number })}
              onRetry={() => void store.retry()}
              onTrace={props.onTrace}
            />
          ))}
          {state.target && state.error && <Notice kind="error" text={state.error} />}
        </div>
        <Composer
          busy={store.busy}
          disabled={!state.target}
          placeholder={state.target ? `Message ${state.target.id}` : "Nothing to talk to"}
          onSend={send}
          onStop={() => store.stop()}
        />
      </section>
      {citation && <CitationPanel citation={citation} onClose={() => setOpen(null)} />}
    </div>
  );
}
