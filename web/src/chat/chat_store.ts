// The conversation on the page: whom it is with, its turns, the answer that is being streamed. It
// outlives the chat page, so that an answer goes on while another page is looked at.

import { listAssistants, listModels } from "../api/assistants";
import { errorText, isAbort } from "../api/client";
import type { AssistantInfo, ModelInfo } from "../api/types";
import { Store } from "../ui/store";
import {
  AssistantConversations,
  type Conversations,
  ModelConversations,
  type SessionRow,
} from "./conversations";
import { isRunning, newTurn, type Turn } from "./turn";

export type Target =
  | { kind: "assistant"; id: string; info: AssistantInfo }
  | { kind: "model"; id: string; info: ModelInfo };

export interface ChatState {
  loaded: boolean;
  targets: Target[];
  target: Target | null;
  session: string | null;
  sessions: SessionRow[];
  turns: Turn[];
  error: string;
}

const kChosenName = "argosy-target";

export function targetName(target: Target): string {
  return `${target.kind}:${target.id}`;
}

function conversationsOf(target: Target): Conversations {
  return target.kind === "assistant"
    ? new AssistantConversations(target.id)
    : new ModelConversations(target.id);
}

export class ChatStore extends Store<ChatState> {
  private running: AbortController | null = null;
  private kept: Conversations | null = null;

  constructor(private readonly open: (target: Target) => Conversations = conversationsOf) {
    super({
      loaded: false,
      targets: [],
      target: null,
      session: null,
      sessions: [],
      turns: [],
      error: "",
    });
  }

  async load(): Promise<void> {
    try {
      const [assistants, models] = await Promise.all([listAssistants(), listModels()]);
      this.setTargets(assistants, models);
    } catch (error) {
      this.update({ loaded: true, error: errorText(error) });
    }
  }

  /** Assistants first; their names stand among the models too, and what embeds cannot chat. */
  setTargets(assistants: AssistantInfo[], models: ModelInfo[]): void {
    const names = new Set(assistants.map((info) => info.id));
    const plain = models.filter((info) => !names.has(info.id) && info.argosy?.generates !== false);
    const targets: Target[] = [
      ...assistants.map((info) => ({ kind: "assistant" as const, id: info.id, info })),
      ...plain.map((info) => ({ kind: "model" as const, id: info.id, info })),
    ];
    this.update({ loaded: true, error: "", targets });
    const chosen = sessionStorage.getItem(kChosenName);
    const target = targets.find((one) => targetName(one) === chosen) ?? targets[0];
    if (target) void this.choose(target);
  }

  async choose(target: Target): Promise<void> {
    this.stop();
    sessionStorage.setItem(kChosenName, targetName(target));
    this.kept = this.open(target);
    this.update({ target, session: null, sessions: [], turns: [], error: "" });
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const kept = this.kept;
    try {
      const sessions = (await kept?.list()) ?? [];
      if (kept === this.kept) this.update({ sessions });
    } catch (error) {
      if (kept === this.kept) this.update({ error: errorText(error) });
    }
  }

  startNew(): void {
    this.stop();
    this.update({ session: null, turns: [], error: "" });
  }

  async openSession(id: string): Promise<void> {
    this.stop();
    this.update({ session: id, turns: [], error: "" });
    try {
      const turns = (await this.kept?.open(id)) ?? [];
      if (this.value.session === id) this.update({ turns });
    } catch (error) {
      this.update({ session: null, error: errorText(error) });
    }
  }

  async removeSession(id: string): Promise<void> {
    try {
      if (this.value.session === id) this.startNew();
      await this.kept?.remove(id);
      this.update({ sessions: this.value.sessions.filter((row) => row.id !== id) });
    } catch (error) {
      this.update({ error: errorText(error) });
    }
  }

  get busy(): boolean {
    return isRunning(this.value.turns.at(-1));
  }

  async send(question: string): Promise<void> {
    if (this.busy || !this.kept || !question.trim()) return;
    this.update({ turns: [...this.value.turns, newTurn(question.trim())], error: "" });
    await this.run();
  }

  /** The last question once more; its answer is replaced. */
  async retry(): Promise<void> {
    const last = this.value.turns.at(-1);
    if (this.busy || !last?.question) return;
    this.update({ turns: [...this.value.turns.slice(0, -1), newTurn(last.question)], error: "" });
    await this.run();
  }

  stop(): void {
    this.running?.abort();
    this.running = null;
  }

  private async run(): Promise<void> {
    const { turns, session } = this.value;
    const turn = turns.at(-1);
    const kept = this.kept;
    if (!turn || !kept) return;
    const control = new AbortController();
    this.running = control;
    const started = performance.now();
    const change = (part: Partial<Turn>) => this.changeTurn(turn.id, part);
    let firstMs: number | null = null;
    const listener = {
      session: (id: string) => {
        if (!control.signal.aborted) this.update({ session: id });
      },
      change: (part: Partial<Turn>) => {
        if (control.signal.aborted) return;
        if (part.answer) firstMs ??= performance.now() - started;
        change({ ...part, firstMs });
      },
    };
    try {
      await kept.answer(turns, session, listener, control.signal);
      change({ status: "done" });
    } catch (error) {
      change(
        isAbort(error) ? { status: "stopped" } : { status: "failed", error: errorText(error) },
      );
    }
    change({ totalMs: performance.now() - started });
    if (this.running === control) this.running = null;
    if (kept === this.kept) await this.refresh();
  }

  /** Turns of a conversation that was left are no longer there to change. */
  private changeTurn(id: number, part: Partial<Turn>): void {
    if (!this.value.turns.some((turn) => turn.id === id)) return;
    const turns = this.value.turns.map((turn) => (turn.id === id ? { ...turn, ...part } : turn));
    this.update({ turns });
  }
}
