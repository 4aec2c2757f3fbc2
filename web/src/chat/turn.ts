// A conversation is turns: a question and what came of it.
import type { Citation, StoredMessage, Trace, Usage } from "../api/types";

export type TurnStatus = "waiting" | "streaming" | "done" | "stopped" | "failed";

export interface Turn {
  id: number;
  question: string;
  answer: string;
  reasoning: string;
  status: TurnStatus;
  citations: Citation[];
  error: string;
  unknown: boolean;
  refused: boolean;
  trace: Trace | null;
  usage: Usage | null;
  finish: string;
  /** As the page saw them; null for a turn that was loaded. */
  firstMs: number | null;
  totalMs: number | null;
}

let last = 0;

export function newTurn(question: string): Turn {
  last += 1;
  return {
    id: last,
    question,
    answer: "",
    reasoning: "",
    status: "waiting",
    citations: [],
    error: "",
    unknown: false,
    refused: false,
    trace: null,
    usage: null,
    finish: "",
    firstMs: null,
    totalMs: null,
  };
}

export function isRunning(turn: Turn | undefined): boolean {
  return turn?.status === "waiting" || turn?.status === "streaming";
}

/** Stored messages alternate, but where bounds cut or a summary stands, an answer may come first. */
export function turnsOf(messages: StoredMessage[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === "user") {
      turns.push({ ...newTurn(message.content), status: "done" });
      continue;
    }
    const open = turns.at(-1);
    const answer = { answer: message.content, citations: message.extra?.citations ?? [] };
    if (open && !open.answer) Object.assign(open, answer);
    else turns.push({ ...newTurn(""), status: "done", ...answer });
  }
  return turns;
}

/** "12.3 tokens/s" needs two tokens and a time between them. */
export function tokensPerSecond(turn: Turn): number | null {
  const tokens = turn.usage?.completion_tokens ?? 0;
  if (tokens < 2 || turn.firstMs === null || turn.totalMs === null) return null;
  const seconds = (turn.totalMs - turn.firstMs) / 1000;
  return seconds > 0 ? (tokens - 1) / seconds : null;
}
