// The shell: navigation, the page that the address names, dialogs, shortcuts.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { setApiKey } from "./api/key";
import { ChatPage } from "./chat/chat_page";
import { ChatStore } from "./chat/chat_store";
import { KnowledgePage } from "./knowledge/knowledge_page";
import { MetricsStore } from "./models/metrics_store";
import { ModelsPage } from "./models/models_page";
import { kPages, type Page, type Place, usePlace } from "./place";
import { ResourcesPage } from "./resources/resources_page";
import { TracePage } from "./trace/trace_page";
import { HelpDialog } from "./ui/help_dialog";
import { Icon, type IconName } from "./ui/icon";
import { KeyDialog, useKeyAsking } from "./ui/key_dialog";
import { type Shortcut, useShortcuts } from "./ui/shortcuts";

const kTitles: Record<Page, string> = {
  chat: "Chat",
  knowledge: "Knowledge",
  models: "Models",
  trace: "Trace",
  resources: "Resources",
};
const kIcons: Record<Page, IconName> = {
  chat: "chat",
  knowledge: "book",
  models: "chart",
  trace: "trace",
  resources: "boxes",
};

function go(page: Page, detail = ""): void {
  location.hash = detail ? `#/${page}/${encodeURIComponent(detail)}` : `#/${page}`;
}

function focusField(): void {
  document.querySelector<HTMLElement>("#question, #search")?.focus();
}

/** The page that has the field may still have to appear. */
function focusQuestion(frames = 30): void {
  const field = document.getElementById("question");
  if (field) field.focus();
  else if (frames > 0) requestAnimationFrame(() => focusQuestion(frames - 1));
}

function makeShortcuts(chat: ChatStore, onHelp: () => void): Shortcut[] {
  const pages = kPages.map((page, i) => ({
    key: String(i + 1),
    what: `go to ${kTitles[page]}`,
    run: () => go(page),
  }));
  const startNew = () => {
    go("chat");
    chat.startNew();
    focusQuestion();
  };
  return [
    ...pages,
    { key: "/", what: "go to the message or search field", run: focusField },
    { key: "n", face: "N", what: "new chat", run: startNew },
    { key: "r", face: "R", what: "ask the last question again", run: () => void chat.retry() },
    { key: "t", face: "T", what: "trace of the last answer", run: () => go("trace") },
    {
      key: "Escape",
      face: "Esc",
      what: "stop the answer, close a panel",
      run: () => chat.stop(),
      everywhere: true,
    },
    { key: "?", what: "this list", run: onHelp },
  ];
}

function Navigation(props: { page: Page; onKey: () => void; onHelp: () => void }): JSX.Element {
  return (
    <nav class="rail" aria-label="Pages">
      <a class="brand" href="#/chat" aria-label="Argosy">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 4v12M12 5l6 9h-6M10.5 8l-4 6h4M5 17h14l-1.8 3H6.8z" />
        </svg>
        <span>Argosy</span>
      </a>
      <ul>
        {kPages.map((page) => (
          <li key={page}>
            <a href={`#/${page}`} aria-current={page === props.page ? "page" : undefined}>
              <Icon name={kIcons[page]} />
              <span>{kTitles[page]}</span>
            </a>
          </li>
        ))}
      </ul>
      <span class="grow" />
      <button type="button" onClick={props.onKey} title="API key">
        <Icon name="key" />
        <span>Key</span>
      </button>
      <button type="button" onClick={props.onHelp} title="Keyboard shortcuts (?)">
        <Icon name="help" />
        <span>Shortcuts</span>
      </button>
    </nav>
  );
}

function Content(props: { place: Place; chat: ChatStore; metrics: MetricsStore }): JSX.Element {
  const { place, chat, metrics } = props;
  switch (place.page) {
    case "chat":
      return <ChatPage store={chat} onTrace={(turn) => go("trace", String(turn.id))} />;
    case "knowledge":
      return <KnowledgePage chosen={place.detail} />;
    case "models":
      return <ModelsPage metrics={metrics} />;
    case "trace":
      return <TracePage store={chat} chosen={place.detail} />;
    case "resources":
      return <ResourcesPage />;
  }
}

export function App(): JSX.Element {
  const place = usePlace();
  const chat = useMemo(() => new ChatStore(), []);
  const metrics = useMemo(() => new MetricsStore(), []);
  const [help, setHelp] = useState(false);
  const [asking, setAsking] = useKeyAsking();
  const [reload, setReload] = useState(0);
  const shortcuts = useMemo(() => makeShortcuts(chat, () => setHelp(true)), [chat]);
  useShortcuts(shortcuts);
  useEffect(() => void chat.load(), [chat, reload]);
  useEffect(() => {
    document.title = `${kTitles[place.page]} · Argosy`;
  }, [place.page]);

  // By hand: the key is for whatever is asked next, so the page asks anew.
  const enterKey = () => {
    const answer = (key: string | null) => {
      setAsking(null);
      if (key) setApiKey(key);
      setReload(reload + 1);
    };
    setAsking({ wrong: false, answer });
  };

  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <Navigation page={place.page} onKey={enterKey} onHelp={() => setHelp(true)} />
      <main id="main" tabIndex={-1}>
        <Content key={`${place.page} ${reload}`} place={place} chat={chat} metrics={metrics} />
      </main>
      {help && <HelpDialog shortcuts={shortcuts} onClose={() => setHelp(false)} />}
      {asking && <KeyDialog asking={asking} />}
    </div>
  );
}
