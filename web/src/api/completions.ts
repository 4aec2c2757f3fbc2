// A chat with a plain model, through OpenAI's API: the client keeps the history.
import { ApiError, streamEvents } from "./client";
import type { Usage } from "./types";

export interface ChatMessage {
  role: "user" | "assistant";
  content: string;
}

export interface CompletionPiece {
  text: string;
  reasoning: string;
  usage: Usage | null;
}

/** One frame of the stream; null for what says nothing. Throws what the server reports. */
export function readFrame(data: string): CompletionPiece | null {
  if (data === "[DONE]") return null;
  const frame = JSON.parse(data);
  if (frame.error) throw new ApiError(500, frame.error.message ?? "The model failed.");
  const delta = frame.choices?.[0]?.delta ?? {};
  return {
    text: delta.content ?? "",
    reasoning: delta.reasoning_content ?? "",
    usage: frame.usage ?? null,
  };
}

export async function complete(
  model: string,
  messages: ChatMessage[],
  onPiece: (piece: CompletionPiece) => void,
  signal: AbortSignal,
): Promise<void> {
  const json = { model, messages, stream: true, stream_options: { include_usage: true } };
  for await (const event of streamEvents("v1/chat/completions", { json, signal })) {
    const piece = readFrame(event.data);
    if (piece) onPiece(piece);
  }
}
