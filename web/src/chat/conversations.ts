// Where conversations are kept and who answers: an assistant keeps its sessions on the server, a
// plain model keeps none, so this browser does.
import { ask, deleteSession, getSession, listSessions } from "../api/assistants";
import { type ChatMessage, complete } from "../api/completions";
import { shortened } from "../ui/format";
import { LocalSessions } from "./local_sessions";
import { setTitle, titleOf } from "./titles";
import { type Turn, turnsOf } from "./turn";

export interface SessionRow {
  id: string;
  title: string;
  used: number;
}

export interface Listener {
  session(id: string): void;
  change(part: Partial<Turn>): void;
}

export interface Conversations {
  list(): Promise<SessionRow[]>;
  open(id: string): Promise<Turn[]>;
  remove(id: string): Promise<void>;
  /** Answers the last turn; ends when the answer is whole. */
  answer(turns: Turn[], session: string | null, to: Listener, signal: AbortSignal): Promise<void>;
}

const kTitleLength = 60;
const kUntitledLooked = 20;

export class AssistantConversations implements Conversations {
  constructor(private readonly assistant: string) {}

  async list(): Promise<SessionRow[]> {
    const infos = await listSessions(this.assistant);
    // The list has no titles; those that this browser does not know are read, the newest ones.
    const untitled = infos.filter((info) => !titleOf(info.id)).slice(0, kUntitledLooked);
    await Promise.allSettled(untitled.map((info) => this.open(info.id)));
    return infos.map((info) => ({
      id: info.id,
      title: titleOf(info.id) || "Untitled",
      used: info.used,
    }));
  }

  async open(id: string): Promise<Turn[]> {
    const turns = turnsOf((await getSession(this.assistant, id)).content);
    const first = turns.find((turn) => turn.question)?.question;
    if (first && !titleOf(id)) setTitle(id, shortened(first, kTitleLength));
    return turns;
  }

  async remove(id: string): Promise<void> {
    await deleteSession(this.assistant, id);
  }

  async answer(
    turns: Turn[],
    session: string | null,
    to: Listener,
    signal: AbortSignal,
  ): Promise<void> {
    const question = turns.at(-1)?.question ?? "";
    let text = "";
    const begin = (id: string) => {
      if (!id) return;
      if (!titleOf(id)) setTitle(id, shortened(turns[0]?.question ?? question, kTitleLength));
      to.session(id);
    };
    const handlers = {
      start: begin,
      text: (piece: string) => {
        text += piece;
        to.change({ answer: text, status: "streaming" });
      },
    };
    const whole = await ask(this.assistant, question, session, handlers, signal);
    begin(whole.session_id);
    to.change({
      answer: whole.response,
      citations: whole.citations ?? [],
      unknown: whole.unknown,
      refused: whole.refused,
      trace: whole.trace ?? null,
      usage: whole.usage,
      finish: whole.finish_reason,
    });
  }
}

/** What the model is told of the turns: those without an answer are left out. */
export function messagesOf(turns: Turn[]): ChatMessage[] {
  const out: ChatMessage[] = [];
  turns.forEach((turn, i) => {
    const last = i === turns.length - 1;
    if (!turn.question || (!last && !turn.answer)) return;
    out.push({ role: "user", content: turn.question });
    if (!last) out.push({ role: "assistant", content: turn.answer });
  });
  return out;
}

export class ModelConversations implements Conversations {
  private readonly kept: LocalSessions;
  constructor(private readonly model: string) {
    this.kept = new LocalSessions(model);
  }

  async list(): Promise<SessionRow[]> {
    return this.kept.list();
  }
  async open(id: string): Promise<Turn[]> {
    return turnsOf(this.kept.messages(id));
  }
  async remove(id: string): Promise<void> {
    this.kept.remove(id);
  }

  async answer(
    turns: Turn[],
    session: string | null,
    to: Listener,
    signal: AbortSignal,
  ): Promise<void> {
    const id = session ?? this.kept.newId();
    to.session(id);
    const messages = messagesOf(turns);
    let answer = "";
    let reasoning = "";
    try {
      await complete(
        this.model,
        messages,
        (piece) => {
          answer += piece.text;
          reasoning += piece.reasoning;
          const usage = piece.usage ? { usage: piece.usage } : {};
          to.change({ answer, reasoning, ...(answer ? { status: "streaming" } : {}), ...usage });
        },
        signal,
      );
    } finally {
      if (answer) this.kept.save(id, [...messages, { role: "assistant", content: answer }]);
    }
  }
}
